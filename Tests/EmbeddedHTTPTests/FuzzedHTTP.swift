@testable import EmbeddedHTTP

/// Gives any bytes to one of the decoders of what strangers send, and checks what must hold of all. Returns what does
/// not. The fuzzer calls it, and `FuzzedHTTPTests`.
///
/// The first byte says which: 0 a connection's bytes, 1 a form, 2 a multipart body of boundary `b`, 3 a content type.
func decodeFuzzed(_ bytes: [UInt8]) -> String? {
    guard let which = bytes.first, bytes.count <= 1 << 16 else { return nil }
    let body = Array(bytes.dropFirst())
    switch which % 4 {
    case 0:
        var limits = HTTPLimits()
        limits.bodyBytes = 4096
        let whole = ParserScript.run(body, limits: limits)
        let pieces = ParserScript.run(body, piece: 7, limits: limits)
        return whole == pieces ? nil : "in pieces it says something else"
    case 1:
        guard let form = try? FormBody(decoding: body, maxFields: 100) else { return nil }
        // Percent sequences become shorter; one Windows-1252 byte becomes at most three of UTF-8.
        let size = form.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        return size <= 3 * body.count && form.fields.count <= 100 ? nil : "a form of more than was sent"
    case 2:
        guard let parts = try? MultipartBody(decoding: body, boundary: "b", maxParts: 100).parts else { return nil }
        let size = parts.reduce(0) { $0 + $1.bytes.count }
        return size <= body.count && parts.count <= 100 ? nil : "parts of more than was sent"
    default:
        let type = ContentType(String(decoding: body, as: UTF8.self))
        guard let type else { return nil }
        let names = type.parameters.map(\.name)
        return Set(names).count == names.count ? nil : "a parameter named twice"
    }
}
