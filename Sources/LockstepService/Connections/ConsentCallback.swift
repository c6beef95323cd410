import EmbeddedHTTP
import WireFormats

/// Where owners' browsers come in after their consent: the path of `redirectURI`, on the intake's address.
struct ConsentCallback: Sendable {
    let connections: KeapConnections

    func matches(_ path: [String]) -> Bool { connections.all.contains { $0.client.callbackPath == path } }

    /// Nil: it may go on.
    func refusal(of head: HTTPRequest) -> HTTPResponse? {
        head.method == "GET" || head.method == "HEAD" ? nil : .methodNotAllowed("GET")
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "GET" else { return Self.page(200, "Nothing was done.") }
        do throws(KeapConsents.Refusal) {
            let (gym, account) = try await connections.consents.finish(ConsentAnswer(query: request.query))
            return Self.page(200, "Gym \(gym) is connected to the Keap account \(account). This page can be closed.")
        } catch {
            return Self.page(400, "Not connected: \(error.sentence).")
        }
    }

    private static func page(_ status: Int, _ sentence: String) -> HTTPResponse {
        let text = sentence.withMarkupEscapes ?? sentence
        return HTTPResponse(
            status: status,
            headers: [
                "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
                // The address holds the code.
                "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'",
            ], body: Array("<!doctype html><title>Lockstep</title><p>\(text)</p>".utf8))
    }
}
