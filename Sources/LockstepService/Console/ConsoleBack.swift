import EmbeddedHTTP

/// Where a form leads back to: a page of the console, never another site.
struct ConsoleBack: Equatable, Sendable {
    let path: String

    /// - Parameter text: as the form gave it; whatever is no page of the console's is the first page.
    init(_ text: String?) {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\\"),
            let parsed = RequestTarget.parse(text), let route = ConsoleRoute(parsed.path, method: "GET")
        else {
            path = "/"
            return
        }
        switch route {
        case .asset, .events, .signIn, .signOut, .press: path = "/"
        // Written anew from what was read: nothing but that is in it.
        default: path = ConsoleLink(parsed.path, parsed.query.map { ($0.name, $0.value) }).text
        }
    }
}

extension HTTPRequest {
    /// Path and query, percent-encoded.
    var target: String { ConsoleLink(path, query.map { ($0.name, $0.value) }).text }
}
