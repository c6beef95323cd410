package import Clocks

/// Decides when one account's tokens are refreshed, and what each answer means. Keeps no clock, sends nothing, writes
/// nothing.
///
/// A refresh token works once, so a pair whose answer was lost may be lost for good. Hence few refreshes, one at a time,
/// each noted durably before it is sent; and nothing but a clear refusal ends a connection.
package struct TokenLedger: Sendable {
    package enum Step: Equatable, Sendable {
        /// Until something is told.
        case rest
        case wait(until: Instant)
        /// Ask with this token, once `begin` is durable.
        case refresh(APIKey)
    }

    /// What a refused access token means for the call that bore it.
    package enum Rejection: Equatable, Sendable {
        /// There is another one by now: the call may be made once more.
        case others
        /// A refresh is due or under way: how it ends tells.
        case refreshing
        /// None can be had for the moment. It says nothing of the API.
        case waiting
        /// It took the place of one that was refused just before, so another would be no better.
        case refused
    }

    private enum State: Equatable {
        case idle
        /// Left by `couldNotBegin` or `ended`.
        case refreshing
        /// Not before this instant. Exits: `refreshing`.
        case retry(Instant)
    }

    package private(set) var memory: TokenMemory?
    private var state = State.idle
    private var failures = 0
    private var trouble: TokenStanding.Trouble?
    /// The access token was refused, whatever its time.
    private var isRefused = false
    private var isPressing = false
    /// When the pair was got because the one before it was refused; nil if it was got otherwise.
    private var replacedAt: Instant?
    /// So many in a row were.
    private var replacements = 0
    /// 0 to 1: spreads the refreshes of many accounts.
    private var jitter: Double

    /// After an answer that may have been lost. The other side needs no hurry, and may still be working.
    package static let lostPause = Duration.seconds(60)
    package static let longestPause = Duration.seconds(600)
    /// Of one that was not sent.
    package static let shortestPause = Duration.seconds(5)
    /// A pair that idles is refreshed all the same, long before its 45 days are over.
    package static let longestAge = Duration.seconds(7 * 86_400)
    /// A refused token's successor is not replaced before this age; that of its successor not before twice as much, and so on.
    package static let leastAge = Duration.seconds(60)
    private static let mostDoublings = 6

    /// - Parameter memory: as it was saved last; nil: never connected.
    package init(_ memory: TokenMemory?, at now: ClockReading, jitter: Double) {
        self.memory = memory
        self.jitter = jitter
        guard let memory else { return }
        if let begunAt = memory.refreshBegunAt {
            // The process ended in the middle of it. By the wall's clock, which may have been set since.
            let left = begunAt.milliseconds + Self.lostPause.wholeMilliseconds - now.wall.milliseconds
            let pause = min(max(left, 0), Self.lostPause.wholeMilliseconds)
            state = .retry(now.instant.advanced(by: .milliseconds(pause)))
            trouble = .outage(reason: "Lockstep ended while a refresh was under way")
            isPressing = true
        }
    }

    // MARK: Looking

    /// The token to send. Nil: none that could be let in.
    package func access(at now: WallTime) -> APIKey? {
        guard let pair = memory?.pair, !isRefused, now < pair.expiresAt else { return nil }
        return pair.access
    }

    package func standing(at now: WallTime) -> TokenStanding {
        guard let memory else { return TokenStanding(isUsable: false, trouble: .notConnected) }
        let isUsable = access(at: now) != nil
        if let reason = memory.endedBecause {
            return TokenStanding(isUsable: isUsable, trouble: .mustReconnect(reason: reason))
        }
        // Where the first refresh is due or under way, calls wait for it.
        return TokenStanding(isUsable: isUsable || failures == 0 && trouble == nil, trouble: trouble)
    }

    /// Secrets that must not show.
    package var secrets: [APIKey] { memory.map { [$0.pair.access, $0.pair.refresh] } ?? [] }

    package func next(at now: ClockReading) -> Step {
        guard let memory, state != .refreshing else { return .rest }
        guard memory.endedBecause == nil else {
            // Its time runs out without anything else happening.
            return access(at: now.wall) == nil ? .rest : .wait(until: now.instant(of: memory.pair.expiresAt))
        }
        if case .retry(let instant) = state, now.instant < instant {
            guard access(at: now.wall) != nil else { return .wait(until: instant) }
            return .wait(until: min(instant, now.instant(of: memory.pair.expiresAt)))
        }
        let due = isPressing ? now.wall : dueTime(of: memory.pair)
        guard due <= now.wall else { return .wait(until: now.instant(of: due)) }
        return .refresh(memory.pair.refresh)
    }

    /// At 80 % of its life, a little more or less.
    private func dueTime(of pair: TokenPair) -> WallTime {
        let life = pair.expiresAt.milliseconds - pair.issuedAt.milliseconds
        let share = 0.78 + 0.04 * min(max(jitter, 0), 1)
        return pair.issuedAt + min(Int64(Double(life) * share), Self.longestAge.wholeMilliseconds)
    }

    // MARK: Refreshing

    /// What must be durable before the token is sent.
    package mutating func begin(at now: ClockReading) -> TokenMemory? {
        state = .refreshing
        guard var memory else { return nil }
        memory.refreshBegunAt = now.wall
        self.memory = memory
        return memory
    }

    /// It could not be made durable, so nothing was sent.
    package mutating func couldNotBegin(at now: ClockReading, reason: String) {
        memory?.refreshBegunAt = nil
        fail(.outage(reason: reason), after: Self.shortestPause, at: now)
    }

    /// What `memory` is afterwards must be durable before a new token of it is used.
    package mutating func ended(_ answer: TokenAnswer, at now: ClockReading, jitter: Double) {
        guard var memory else { return }
        switch answer {
        case .granted(let grant) where grant.isFor(memory.account):
            memory.pair = TokenPair(grant, keeping: memory.pair.refresh, at: now.wall)
            memory.refreshBegunAt = nil
            take(memory, at: now, jitter: jitter)
        case .granted:
            end("the token endpoint gave tokens of another account", at: now)
        case .revoked(let reason):
            end(reason, at: now)
        case .clientRefused(let reason):
            self.memory?.refreshBegunAt = nil
            fail(.clientRefused(reason: reason), after: Self.lostPause, at: now)
        case .notSent(let reason):
            self.memory?.refreshBegunAt = nil
            fail(.outage(reason: reason), after: Self.shortestPause, at: now)
        case .unclear(let reason):
            // Stays begun: the token may have been used up.
            fail(.outage(reason: reason), after: Self.lostPause, at: now)
        }
    }

    /// The owner gave consent, and these are what came of it.
    package mutating func connect(_ memory: TokenMemory, at now: ClockReading, jitter: Double) {
        isRefused = false
        take(memory, at: now, jitter: jitter)
    }

    private mutating func take(_ memory: TokenMemory, at now: ClockReading, jitter: Double) {
        self.memory = memory
        self.jitter = jitter
        replacedAt = isRefused ? now.instant : nil
        replacements = isRefused ? replacements + 1 : 0
        (state, failures, trouble) = (.idle, 0, nil)
        (isRefused, isPressing) = (false, false)
    }

    private mutating func end(_ reason: String, at now: ClockReading) {
        memory?.refreshBegunAt = nil
        memory?.endedBecause = reason
        (state, trouble, isPressing) = (.idle, nil, false)
    }

    private mutating func fail(_ trouble: TokenStanding.Trouble, after pause: Duration, at now: ClockReading) {
        let doubled = pause * (1 << min(failures, 7))
        failures += 1
        self.trouble = trouble
        state = .retry(now.instant.advanced(by: min(doubled, Self.longestPause)))
        isPressing = true
    }

    // MARK: Refusals

    /// The API answered 401 to a call that bore this token.
    package mutating func rejected(_ token: APIKey, at now: ClockReading) -> Rejection {
        guard let memory else { return .waiting }
        if memory.pair.access == token {
            if state == .idle, memory.endedBecause == nil, isNew(at: now.instant) { return .refused }
            isRefused = true
            isPressing = memory.endedBecause == nil
        } else if access(at: now.wall) != nil {
            return .others
        }
        if memory.endedBecause != nil { return .waiting }
        if case .retry(let instant) = state, now.instant < instant { return .waiting }
        return .refreshing
    }

    private func isNew(at now: Instant) -> Bool {
        guard let replacedAt else { return false }
        return replacedAt.duration(to: now) < Self.leastAge * (1 << min(replacements - 1, Self.mostDoublings))
    }
}

extension TokenGrant {
    /// Whether it does not say otherwise. The name may come with its domain or without.
    fileprivate func isFor(_ account: String) -> Bool {
        guard let own = self.account?.lowercased() else { return true }
        let account = account.lowercased()
        return own == account || own.hasPrefix(account + ".") || account.hasPrefix(own + ".")
    }
}
