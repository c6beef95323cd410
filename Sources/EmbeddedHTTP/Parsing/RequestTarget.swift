/// Takes a request's target apart into path segments and query.
package enum RequestTarget {
    package typealias Parsed = (path: [String], query: [(name: String, value: String)])

    /// `/` has no segments, `/a/` two (`a` and an empty one). Dots are not resolved: no path leads to a file.
    static func parse(_ target: ArraySlice<UInt8>, method: String) throws(Rejection) -> Parsed {
        guard target.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "#") }) else {
            throw .badRequest("the request's target holds bytes that must be percent-encoded")
        }
        if method == "OPTIONS", target.elementsEqual("*".utf8) { return (["*"], []) }
        let origin = try originForm(target)
        let question = origin.firstIndex(of: UInt8(ascii: "?"))
        let path = origin[..<(question ?? origin.endIndex)]
        let query = question.map { origin[($0 + 1)...] } ?? []
        return (try segments(path), try pairs(query))
    }

    /// The same of a text; nil if the answer would be 400.
    package static func parse(_ target: String) -> Parsed? { try? parse(Array(target.utf8)[...], method: "GET") }

    /// Without `http://host`, which a client may write (RFC 9112, 3.2.2).
    private static func originForm(_ target: ArraySlice<UInt8>) throws(Rejection) -> ArraySlice<UInt8> {
        if target.first == UInt8(ascii: "/") { return target }
        let scheme = target.prefix { $0 != UInt8(ascii: ":") }
        let isHTTP = ["http", "https"].contains(String(decoding: scheme.map(ASCII.lowercased), as: UTF8.self))
        let rest = target[scheme.endIndex...]
        guard isHTTP, rest.starts(with: "://".utf8) else {
            throw .badRequest("the request's target is neither a path nor an http URL")
        }
        let afterScheme = rest.dropFirst(3)
        let authority = afterScheme.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard HostField.isValid(authority) else {
            throw .badRequest("the request's target names no usable host")
        }
        let origin = afterScheme[authority.endIndex...]
        return origin.first == UInt8(ascii: "/") ? origin : [UInt8(ascii: "/")] + origin
    }

    private static func segments(_ path: ArraySlice<UInt8>) throws(Rejection) -> [String] {
        guard path.count > 1 else { return [] }
        var segments: [String] = []
        for encoded in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            segments.append(try text(encoded, plusIsBlank: false))
        }
        return segments
    }

    private static func pairs(_ query: ArraySlice<UInt8>) throws(Rejection) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try text(pair[..<(equals ?? pair.endIndex)], plusIsBlank: true)
            let value = try text(equals.map { pair[($0 + 1)...] } ?? [], plusIsBlank: true)
            pairs.append((name, value))
        }
        return pairs
    }

    private static func text(_ encoded: ArraySlice<UInt8>, plusIsBlank: Bool) throws(Rejection) -> String {
        if let text = PercentDecoding.asciiText(encoded, plusIsBlank: plusIsBlank), !text.utf8.contains(0) {
            return text
        }
        guard let decoded = try? PercentDecoding.decode(encoded, plusIsBlank: plusIsBlank) else {
            throw .badRequest("the request's target has a % that is not followed by two hexadecimal digits")
        }
        // A NUL ends strings in C, so what comes behind it may be seen by one program and not by the next.
        guard !decoded.contains(0), let text = String(validating: decoded, as: UTF8.self) else {
            throw .badRequest("the request's target is not valid UTF-8 after percent-decoding")
        }
        return text
    }
}
