import ChartMogul
import ChartMogulFeed
import ChartMogulSimulator
import Connectors
import Foundation
import OutboundAPI
import RateLimits
import Synchronization

/// A simulated ChartMogul without a wire: each call has the fate that is drawn for its number.
final class SimulatedBooks: ChartMogulAPI {
    enum Fate { case answered, lostAnswer, lostRequest, page, killed }

    private struct State {
        var world: MogulWorld
        var calls = 0
        var now: Int64 = 0
        var fate: @Sendable (Int) -> Fate = { _ in .answered }
    }

    static let key = "k"
    private let state: Mutex<State>

    init(_ adjust: (inout MogulWorld.Options) -> Void = { _ in }) {
        var options = MogulWorld.Options()
        options.accounts = [MogulWorld.AccountSetup(key: Self.key)]
        (options.perSecond, options.atOnce) = (nil, nil)
        adjust(&options)
        state = Mutex(State(world: MogulWorld(options)))
    }

    var calls: Int { state.withLock { $0.calls } }
    var world: MogulWorld { state.withLock { $0.world } }

    /// A call of another's, at the same time.
    @discardableResult
    func act(_ method: String, _ target: String, _ body: String) -> [UInt8] {
        state.withLock { state in
            state.world.answer(
                MogulWorld.Request(method: method, target: target, key: Self.key, body: Array(body.utf8)),
                at: MogulWorld.Time(milliseconds: state.now)
            ).body
        }
    }

    /// The uuid that an answer tells first.
    private func uuid(_ target: String, _ prefix: String) -> String {
        let text = String(decoding: act("GET", target, ""), as: UTF8.self)
        guard let start = text.range(of: "\"\(prefix)_") else { return "" }
        return String(text[text.index(after: start.lowerBound)...].prefix { $0 != "\"" })
    }

    var source: String { uuid("/v1/data_sources", "ds") }
    var customer: String { uuid("/v1/customers", "cus") }

    func set(now: Int64) { state.withLock { $0.now = now } }
    func rest(_ pause: Duration) { state.withLock { $0.now += pause.components.seconds * 1_000 } }

    /// - Parameter fate: by the number of the call, from 1 on.
    func draw(_ fate: @escaping @Sendable (Int) -> Fate) {
        state.withLock { ($0.fate, $0.calls) = (fate, 0) }
    }

    func perform<Answer: Sendable>(
        _ call: MogulCall<Answer>, urgency: Urgency, begin: @Sendable () -> Bool
    ) async throws(ChartMogulFailure) -> Answer {
        guard begin() else { throw .cancelled }
        let outcome: Result<APIResponse, TransportFailure> = state.withLock { state in
            state.calls += 1
            state.now += 50
            let fate = state.fate(state.calls)
            if fate == .page { return .success(APIResponse(status: 503, body: Array("<html>503</html>".utf8))) }
            if fate == .lostRequest { return .failure(.unclear("reset")) }
            let request = call.request
            let answer = state.world.answer(
                MogulWorld.Request(
                    method: request.method.rawValue, target: request.target, key: Self.key, body: request.body ?? []),
                at: MogulWorld.Time(milliseconds: state.now))
            if fate != .answered { return .failure(.unclear(fate == .killed ? "killed" : "the answer was lost")) }
            return .success(APIResponse(status: answer.status, body: answer.body))
        }
        return try call.outcome(outcome).answer.get()
    }
}

/// A lane and its process: after a kill only what was saved is left.
final class Lane: Sendable {
    private let saved = Mutex<[UInt8]>([])
    private let books: SimulatedBooks
    private let settings: FeedSettings
    private let shared = Mutex(SharedBooks())

    init(_ books: SimulatedBooks, _ settings: FeedSettings) { (self.books, self.settings) = (books, settings) }

    var state: [UInt8] { saved.withLock { $0 } }

    /// Delivers until it is done or dead.
    func deliver(
        _ change: BillingChange, now: Int64, job: UInt64 = 0, doubts: Int = 0
    ) async throws -> (delivery: Delivery, attempts: Int) {
        books.set(now: now)
        for attempt in 1...40 {
            var state = try FeedState(bytes: saved.withLock { $0 })
            state.doubt(count: doubts)
            state.take(change)
            var run = FeedRun(
                state, change, settings: settings, shared: shared.withLock { $0 },
                caller: FeedCaller(books, urgency: .live), job: job, now: now,
                save: { bytes in self.saved.withLock { $0 = bytes } }, rest: { [books] in books.rest($0) })
            let delivery = await run.deliver()
            switch delivery {
            case .done(let state, _), .dead(_, let state):
                saved.withLock { $0 = state }
                return (delivery, attempt)
            case .retry(let reason, let state, _):
                // A process that is killed keeps what it had saved, and its memory is gone.
                if reason.hasSuffix("killed") {
                    shared.withLock { $0 = SharedBooks() }
                } else {
                    saved.withLock { $0 = state }
                }
                books.rest(.seconds(1))
            case .interrupted: break
            }
        }
        return (.dead(reason: "too many attempts", state: state), 40)
    }
}

/// Bytes that were saved last.
final class Kept: Sendable {
    private let saved = Mutex<[UInt8]?>(nil)
    var bytes: [UInt8]? { saved.withLock { $0 } }
    func set(_ bytes: [UInt8]) { saved.withLock { $0 = bytes } }
}
