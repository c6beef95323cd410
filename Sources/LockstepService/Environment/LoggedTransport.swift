import Clocks
import OutboundAPI

/// Writes a line for each call and its end, with neither its path nor its content, which may name people or hold secrets.
struct LoggedTransport: HTTPTransport {
    let base: any HTTPTransport
    let peer: String
    let log: ServiceLog
    let clock: any TimeSource

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let start = clock.now
        func note(_ end: String) {
            let took = start.duration(to: clock.now).wholeMilliseconds
            log.debug("\(peer) \(request.endpoint) (\(request.method.rawValue)): \(end) after \(took) ms")
        }
        do throws(TransportFailure) {
            let response = try await base.send(request, deadline: deadline)
            note("\(response.status)")
            return response
        } catch {
            switch error {
            case .notSent(let reason): note("not sent, \(reason)")
            case .unclear(let reason): note("unclear, \(reason)")
            }
            throw error
        }
    }

    func abandon() { base.abandon() }
}
