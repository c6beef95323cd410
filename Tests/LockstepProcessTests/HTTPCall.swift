import Foundation
import OutboundAPI

/// Calls of tests on programs under test, each over a connection of its own: one that a killed process left behind would
/// fail in its own way.
enum HTTPCall {
    static func send(
        _ method: String, _ address: String, _ body: Data? = nil, type: String = "application/x-www-form-urlencoded",
        within limit: Duration = .seconds(60)
    ) async throws -> (status: Int, body: Data) {
        guard let method = APIRequest.Method(rawValue: method) else {
            throw RunningProgram.Failure(description: method)
        }
        var request = APIRequest(APIEndpoint("test"), method, [], body: body.map { [UInt8]($0) })
        if body != nil { request.headers["Content-Type"] = type }
        request.target = address
        let client = CurlClient(connections: 1)
        let outcome: Result<APIResponse, TransportFailure>
        do throws(TransportFailure) {
            outcome = .success(
                try await CurlTransport(base: "", peer: "the program", through: client).send(request, deadline: limit))
        } catch {
            outcome = .failure(error)
        }
        await client.close()
        let response = try outcome.get()
        return (response.status, Data(response.body))
    }
}
