import AsyncPrimitives
package import Clocks
import Synchronization

/// Opens an API with one account's tokens, and is the one place that refreshes them.
///
/// `TokenLedger` decides; here its steps are performed, one refresh at a time, by the task that calls `run`.
package actor TokenAuthorizer: Authorizer {
    private var ledger: TokenLedger
    private let endpoint: TokenEndpoint
    private let store: any TokenStore
    private let clock: any TimeSource
    private let random: @Sendable () -> Double
    private let changed: @Sendable (TokenStanding) async -> Void
    /// Of those who ask or change something, while `run` waits.
    private let nudge = AsyncSignal()
    /// Calls that wait for the end of a refresh.
    private var waiting: [AsyncSignal] = []
    private var told: TokenStanding?
    private var isTelling = false
    private var isRunning = false
    /// A refresh or a new connection is under way.
    private var isBusy = false
    private let hiding: Mutex<[APIKey]>
    package private(set) var refreshes = 0

    /// - Parameters:
    ///   - memory: as `store` had it; nil: not connected yet.
    ///   - random: 0 to 1: spreads refreshes.
    ///   - changed: told of the standing at the begin of `run`, and whenever it is another.
    package init(
        _ memory: TokenMemory?, endpoint: TokenEndpoint, store: any TokenStore, clock: any TimeSource,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        changed: @escaping @Sendable (TokenStanding) async -> Void
    ) {
        ledger = TokenLedger(memory, at: clock.reading, jitter: random())
        hiding = Mutex(ledger.secrets)
        self.endpoint = endpoint
        self.store = store
        self.clock = clock
        self.random = random
        self.changed = changed
    }

    package var standing: TokenStanding { ledger.standing(at: clock.wall) }
    package var account: String? { ledger.memory?.account }

    // MARK: Refreshing

    /// Refreshes until the task is cancelled. A refresh that was sent is seen through to its end.
    package func run() async {
        isRunning = true
        while !Task.isCancelled {
            await tell()
            guard !isBusy else {
                await nudge.wait()
                continue
            }
            switch ledger.next(at: clock.reading) {
            case .rest: await nudge.wait()
            case .wait(let instant): await nudge.wait(until: instant, on: clock)
            case .refresh(let token): await refresh(with: token)
            }
        }
        isRunning = false
        end()
    }

    private func refresh(with token: APIKey) async {
        guard let intent = ledger.begin(at: clock.reading) else { return }
        isBusy = true
        defer { end() }
        do {
            try await store.save(intent)
            // Room for the answer: without it, a full disk would cost the connection.
            try await store.reserve()
        } catch {
            return ledger.couldNotBegin(at: clock.reading, reason: "the tokens cannot be kept: \(error)")
        }
        let answer = await endpoint.refresh(with: token)
        let (now, jitter) = (clock.reading, random())
        if case .granted = answer { refreshes += 1 }
        var later = ledger
        later.ended(answer, at: now, jitter: jitter)
        // A token that is used before it is durable may be lost with all that come after it.
        if let memory = later.memory, memory != intent { await keep(memory) }
        ledger.ended(answer, at: now, jitter: jitter)
    }

    private func end() {
        isBusy = false
        let secrets = ledger.secrets
        hiding.withLock { $0 = ($0.filter { !secrets.contains($0) } + secrets).suffix(8) }
        let woken = waiting
        waiting = []
        for signal in woken { signal.signal() }
        nudge.signal()
    }

    /// Tries until it is kept. What is lost here cannot be had again without the owner.
    private func keep(_ memory: TokenMemory) async {
        for pause in Self.pauses {
            if (try? await store.save(memory)) != nil { return }
            guard (try? await clock.sleep(for: pause)) != nil else { return }
        }
    }

    /// The last one many times: an hour in all.
    private static let pauses: [Duration] =
        [.milliseconds(50), .seconds(1)] + Array(repeating: .seconds(5), count: 720)

    /// The owner gave consent. Returns once the tokens are kept; they are used from then on.
    package func connect(_ memory: TokenMemory) async throws {
        while isBusy { await ended() }
        isBusy = true
        defer { end() }
        try await store.save(memory)
        ledger.connect(memory, at: clock.reading, jitter: random())
        await tell()
    }

    /// One after the other, and the newest last: a standing that came later must not be overtaken by an older one.
    private func tell() async {
        guard !isTelling else { return }
        isTelling = true
        defer { isTelling = false }
        while true {
            let standing = ledger.standing(at: clock.wall)
            guard standing != told else { return }
            told = standing
            await changed(standing)
        }
    }

    /// Gives up a refresh that is under way: its end is unclear, as after a crash.
    package nonisolated func abandon() { endpoint.abandon() }

    // MARK: Calls

    package func credentials(for request: APIRequest) async throws(TransportFailure) -> Credentials {
        while true {
            if let access = ledger.access(at: clock.wall) { return Credentials(bearer: access) }
            guard isRunning, standing.isUsable else { throw .notSent(standing.reason) }
            await ended()
        }
    }

    package func rejected(_ credentials: Credentials) async -> Rejection {
        guard let token = credentials.bearer else { return .final }
        while true {
            switch ledger.rejected(token, at: clock.reading) {
            case .others: return .others
            case .refused: return .final
            case .waiting:
                nudge.signal()
                return .waiting
            case .refreshing:
                guard isRunning else { return .waiting }
                await ended()
            }
        }
    }

    /// Returns after the refresh that is due or under way.
    private func ended() async {
        let signal = AsyncSignal()
        waiting.append(signal)
        nudge.signal()
        // A call that was sent is seen through; and each refresh has an end.
        await signal.waitThroughCancellation()
    }

    package nonisolated func hidden(in text: String) -> String {
        hiding.withLock { $0 }.reduce(text) { $1.hidden(in: $0) }
    }
}

extension Credentials {
    package init(bearer key: APIKey) { self.init(headers: ["Authorization": key.authorization]) }

    /// The token in it.
    fileprivate var bearer: APIKey? {
        guard let value = headers["Authorization"], value.hasPrefix("Bearer ") else { return nil }
        return APIKey(String(value.dropFirst(7)))
    }
}

extension TokenStanding {
    /// Why there is no token, in a sentence.
    package var reason: String {
        switch trouble {
        case .notConnected: "The gym is not connected to its Keap account."
        case .mustReconnect(let reason): "The gym must be connected to its Keap account again (\(reason))."
        case .clientRefused(let reason): "The OAuth client's id or secret is refused (\(reason))."
        case .outage(let reason): "No new access token could be had (\(reason))."
        case nil: "Lockstep is stopping."
        }
    }
}
