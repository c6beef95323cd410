/// Refusals with the header that HTTP asks of each.
extension HTTPResponse {
    /// A 401 names a scheme (RFC 9110, 15.5.2). Where none of the registry fits, the name says what is missing.
    package static func unauthorized(_ sentence: String, scheme: String) -> HTTPResponse {
        .error(401, sentence, headers: ["WWW-Authenticate": scheme])
    }

    package static func methodNotAllowed(_ allowed: String) -> HTTPResponse {
        .error(405, "this address takes \(allowed)", headers: ["Allow": allowed])
    }

    package static func unsupportedMediaType(_ sentence: String, taken: String) -> HTTPResponse {
        .error(415, sentence, headers: ["Accept": taken, "Accept-Post": taken])
    }

    /// Nil if the body is as it is named. A compressed one could be a thousand times larger than it is long.
    package static func refusingEncoding(of head: HTTPRequest) -> HTTPResponse? {
        guard let encoding = head.headers["Content-Encoding"], !encoding.isEmpty, encoding.lowercased() != "identity"
        else { return nil }
        return .error(
            415, "the body is compressed or encoded; send it as it is, without Content-Encoding",
            headers: ["Accept-Encoding": "identity"])
    }
}
