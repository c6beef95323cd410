import OutboundAPI
import Synchronization

@testable import Keap

typealias Reply = Result<APIResponse, TransportFailure>

/// Answers each request at once from a script, and remembers what was asked.
final class ScriptedTransport: HTTPTransport {
    private let requests = Mutex<[APIRequest]>([])
    private let script: @Sendable (APIRequest, _ number: Int) -> Reply

    init(_ script: @escaping @Sendable (APIRequest, _ number: Int) -> Reply) { self.script = script }

    /// The replies in turn; the last one for all that follow.
    convenience init(_ replies: Reply...) {
        self.init { _, number in replies[min(number, replies.count - 1)] }
    }

    var sent: [APIRequest] { requests.withLock { $0 } }
    var lines: [String] { sent.map { "\($0.method.rawValue) \($0.target)" } }
    var bodies: [String?] { sent.map { $0.body.map { String(decoding: $0, as: UTF8.self) } } }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let number = requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try script(request, number).get()
    }

    func abandon() {}
}

/// Holds each request until the test answers it.
final class HeldTransport: HTTPTransport {
    private struct State {
        var held: [(request: APIRequest, deadline: Duration, reply: CheckedContinuation<Reply, Never>)] = []
        var watchers: [(count: Int, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var targets: [String] { state.withLock { $0.held.map(\.request.target) } }
    /// The contacts that each request names in its body.
    var contacts: [[String]] {
        state.withLock(\.held).map { held in
            JSONValue(json: held.request.body ?? [])?["contact_ids"]?.items?.compactMap(\.text) ?? []
        }
    }
    var deadlines: [Duration] { state.withLock { $0.held.map(\.deadline) } }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let reply = await withCheckedContinuation { continuation in
            let satisfied = state.withLock { state in
                state.held.append((request, deadline, continuation))
                let satisfied = state.watchers.filter { $0.count <= state.held.count }
                state.watchers.removeAll { $0.count <= state.held.count }
                return satisfied
            }
            for watcher in satisfied { watcher.wake.resume() }
        }
        return try reply.get()
    }

    func abandon() {}

    /// Returns once at least so many are held.
    func holds(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.held.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    /// Answers the oldest request held whose target contains `part`.
    func answer(_ part: String = "", with reply: Reply) {
        let held = state.withLock { state in
            let place = state.held.firstIndex { $0.request.target.contains(part) }
            return place.map { state.held.remove(at: $0) }
        }
        guard let held else { preconditionFailure("nothing is held that could be answered") }
        held.reply.resume(returning: reply)
    }
}

extension Reply {
    static func json(_ text: String, status: Int = 200, headers: [String: String] = [:]) -> Reply {
        .success(APIResponse(status: status, headers: headers, body: Array(text.utf8)))
    }

    static func status(_ status: Int, _ body: String = "", headers: [String: String] = [:]) -> Reply {
        .json(body, status: status, headers: headers)
    }
}
