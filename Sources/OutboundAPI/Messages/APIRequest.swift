/// One HTTP request, without the API's base address, which the transport has, and without credentials, which the
/// authorizer adds.
package struct APIRequest: Equatable, Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package var endpoint: APIEndpoint
    package var method: Method
    /// Path and query below the base address, percent-encoded: `/v2/contacts?fields=id`.
    package var target: String
    package var headers: [String: String]
    package var body: [UInt8]?

    /// - Parameter path: its parts, percent-encoded. No slash is added at the end.
    package init(
        _ endpoint: APIEndpoint, _ method: Method, _ path: [String], _ query: [QueryItem] = [],
        headers: [String: String] = [:], body: [UInt8]? = nil
    ) {
        self.endpoint = endpoint
        self.method = method
        target = path.map { "/" + $0 }.joined()
        if !query.isEmpty { target += "?" + query.map(\.encoded).joined(separator: "&") }
        self.headers = headers
        self.body = body
    }

    /// Nothing changes at the other side, so an unclear answer does no harm.
    package var isRead: Bool { method == .get }
}
