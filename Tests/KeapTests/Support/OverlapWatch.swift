import OutboundAPI
import Synchronization

@testable import Keap

/// Answers after letting others run, and writes down every two requests that named one contact at once.
final class OverlapWatch: HTTPTransport {
    private struct State {
        var underWay: [String: Set<String>] = [:]
        var overlaps: [String] = []
        var count = 0
    }

    private let state = Mutex(State())

    var overlaps: [String] { state.withLock { $0.overlaps } }
    var count: Int { state.withLock { $0.count } }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let named = Self.contacts(in: request)
        let number = state.withLock { state in
            for (other, contacts) in state.underWay where !contacts.isDisjoint(with: named) {
                state.overlaps.append("\(other) and \(request.target)")
            }
            state.count += 1
            state.underWay["\(state.count) \(request.target)"] = named
            return state.count
        }
        for _ in 0..<(number % 7) { await Task.yield() }
        state.withLock { $0.underWay["\(number) \(request.target)"] = nil }
        return APIResponse(status: request.method == .patch ? 200 : 204)
    }

    func abandon() {}

    private static func contacts(in request: APIRequest) -> Set<String> {
        let named = request.body.flatMap { JSONValue(json: $0) }?["contact_ids"]?.items?.compactMap(\.text) ?? []
        guard named.isEmpty else { return Set(named) }
        let parts = request.target.split(whereSeparator: { $0 == "/" || $0 == "?" })
        return [String(parts[2])]
    }
}
