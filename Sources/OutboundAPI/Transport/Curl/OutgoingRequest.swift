import Foundation

/// A request as libcurl is told of it: an address, lines, bytes.
struct OutgoingRequest: Equatable, Sendable {
    var url: String
    var method: String
    var headerLines: [String]
    var body: [UInt8]?
    var hasAnswerBody: Bool
    /// Whether a proxy that the environment names may carry it.
    var mayUseProxy: Bool

    /// Methods that say how long their body is, also without one.
    private static let bodyMethods: Set<APIRequest.Method> = [.post, .put, .patch]

    /// - Parameter base: scheme, host and path without a slash at the end.
    /// - Throws: `notSent`, if a character would end a line and begin another.
    init(_ request: APIRequest, base: String, userAgent: String) throws(TransportFailure) {
        url = base + request.target
        method = request.method.rawValue
        var headers = ["accept": ("Accept", "application/json"), "user-agent": ("User-Agent", userAgent)]
        if request.body != nil { headers["content-type"] = ("Content-Type", "application/json") }
        for (name, value) in request.headers { headers[name.lowercased()] = (name, value) }
        // A name without a value is one that libcurl leaves out, unless a semicolon stands for the colon.
        headerLines = headers.sorted { $0.key < $1.key }.map { _, header in
            header.1.isEmpty ? "\(header.0);" : "\(header.0): \(header.1)"
        }
        // Or libcurl would ask for leave before it sends a long body.
        headerLines.append("Expect:")
        // Or libcurl would call an empty body a form.
        if headers["content-type"] == nil { headerLines.append("Content-Type:") }
        body = request.body ?? (Self.bodyMethods.contains(request.method) ? [] : nil)
        hasAnswerBody = request.method != .head
        mayUseProxy = !Self.isLoopback(url)
        guard url.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7F }) else {
            throw .notSent("The request's address has a character that no address may have.")
        }
        guard headerLines.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else {
            throw .notSent("The request has a header with a character that no header may have.")
        }
    }

    private static func isLoopback(_ url: String) -> Bool {
        guard let host = URLComponents(string: url)?.host?.lowercased() else { return false }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        let isV4 = numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
        return isV4 || ["localhost", "::1", "[::1]"].contains(host)
    }
}
