import EmbeddedHTTP
import WireFormats

/// Takes a body apart into named values, by its content type.
struct MessageBody {
    enum Decoded: Equatable {
        case message(Message)
        /// A list of this many records.
        case several(Int)
    }

    let settings: ZenPlannerSettings

    func decode(contentType: String?, body: [UInt8]) throws(ZenPlannerReadError) -> Decoded {
        let type = try MediaType(contentType)
        // Compressed, with or without the header that says so.
        guard !body.starts(with: [0x1F, 0x8B]) else {
            throw .unsupportedMediaType("The body is compressed with gzip: send it as it is.")
        }
        let text = try Self.utf8(body, type)
        guard let start = text.first(where: { !Self.isJSONBlank($0) }) else { throw .undecodable("The body is empty.") }
        switch type.kind {
        case .json:
            return try json(text)
        case .form, nil:
            // Many tools send JSON with a form's content type, or none. A real form cannot begin with a brace: it
            // would be percent-encoded.
            return start == UInt8(ascii: "{") ? try json(text) : .message(message(try form(text, type.charset)))
        case .multipart(let boundary):
            return .message(message(try multipart(body, boundary: boundary, type.charset)))
        }
    }

    /// The body in UTF-8, as far as its marks tell, without a byte-order mark.
    private static func utf8(_ body: [UInt8], _ type: MediaType) throws(ZenPlannerReadError) -> [UInt8] {
        if case .multipart? = type.kind { return body }
        if body.starts(with: UnicodeMark.utf8) { return Array(body.dropFirst(UnicodeMark.utf8.count)) }
        switch UTF16Text.utf8(body) {
        case .none: return body
        case .utf8(let text): return text.starts(with: UnicodeMark.utf8) ? Array(text.dropFirst(3)) : text
        case .cutShort: throw .undecodable("The body is text in UTF-16 that ends in the middle of a character.")
        }
    }

    private func form(
        _ body: [UInt8], _ charset: String?
    ) throws(ZenPlannerReadError) -> [(name: String, value: MessageValue)] {
        do {
            return try FormBody(decoding: body, charset: charset).fields.map { ($0.name, .text($0.value)) }
        } catch {
            throw .undecodable("The form cannot be read: \(error).")
        }
    }

    private func multipart(
        _ body: [UInt8], boundary: String, _ charset: String?
    ) throws(ZenPlannerReadError) -> [(name: String, value: MessageValue)] {
        do {
            return try MultipartBody(decoding: body, boundary: boundary).parts
                .map { ($0.name, .text($0.text(charset: charset))) }
        } catch {
            throw .undecodable("The form cannot be read: \(error).")
        }
    }

    private func message(_ fields: [(name: String, value: MessageValue)]) -> Message {
        RecordShape(settings: settings).record(NestedNames.nested(fields, isFlat: settings.isKnown))
    }

    private func json(_ body: [UInt8]) throws(ZenPlannerReadError) -> Decoded {
        let node: JSONNode
        do {
            node = try JSONReader.read(body, brokenUTF8: .windows1252)
        } catch {
            throw .undecodable("The body is not valid JSON: at byte \(error.offset), \(error.reason).")
        }
        let record: MessageValue?
        switch MessageValue(node) {
        case .list(let records) where records.count > 1: return .several(records.count)
        case .list(let records): record = records.first
        case let other: record = other
        }
        guard case .object(let members) = record else {
            throw .undecodable("The body must be a JSON object with the fields of a record.")
        }
        return .message(RecordShape(settings: settings).record(Message(members)))
    }

    private static func isJSONBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}

/// The format of a body, by its content type.
private struct MediaType {
    enum Kind {
        case form, json
        case multipart(boundary: String)
    }

    /// Nil if the sender did not say.
    private(set) var kind: Kind?
    private(set) var charset: String?

    private static let plainForm = "application/x-www-form-urlencoded"

    init(_ contentType: String?) throws(ZenPlannerReadError) {
        guard let contentType else { return }
        // As nearly all forms are sent, in a form that need not be taken apart.
        if contentType == Self.plainForm {
            kind = .form
            return
        }
        guard let type = ContentType(contentType) else {
            throw .unsupportedMediaType("The content type \(quoted(contentType)) cannot be read.")
        }
        charset = type[parameter: "charset"]
        switch type.mediaType {
        case Self.plainForm:
            kind = .form
        case "multipart/form-data":
            guard let boundary = type[parameter: "boundary"] else {
                throw .undecodable("The content type multipart/form-data comes without its boundary.")
            }
            kind = .multipart(boundary: boundary)
        case "application/json", "text/json":
            kind = .json
        case let other where other.hasPrefix("application/") && other.hasSuffix("+json"):
            kind = .json
        default:
            throw .unsupportedMediaType(
                """
                The content type \(quoted(type.mediaType)) is not supported: send application/x-www-form-urlencoded, \
                multipart/form-data or application/json.
                """)
        }
    }
}
