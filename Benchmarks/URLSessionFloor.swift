import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The same calls by Foundation, with connections kept.
final class URLSessionFloor: Sendable {
    private let base: String
    private let session: URLSession

    init(base: String) {
        self.base = base
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 64
        session = URLSession(configuration: configuration)
    }

    @Sendable func call(_ milliseconds: Int) async throws {
        guard let url = URL(string: "\(base)/\(milliseconds)") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"given_name":"Ana"}"#.utf8)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let (_, response) = try await session.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else { throw URLError(.badServerResponse) }
    }
}
