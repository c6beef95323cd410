/// Says whether an account may be called at all. After several failures with no success between, which are not one or two
/// contacts' own, or one refusal of the credential, calls wait; one is let through now and then, and its success lets the
/// others follow.
///
/// Keeps no clock and never waits.
struct Circuit<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    enum State: Equatable, Sendable {
        /// Left when `Circuit.tolerance` failures came in a row, or a credential was refused.
        case closed(failures: Int)
        /// Left by whoever asks after `nextProbe`, or by a late success of an earlier call.
        case open(Outage, nextProbe: Instant)
        /// One call is out to try. Left when it ends.
        case probing(Outage)
    }

    struct Outage: Equatable, Sendable {
        enum Cause: Sendable { case trouble, credential }

        var cause: Cause
        /// The last failure's own words.
        var reason: String
        var since: Instant
        var probes = 0

        /// Short at first, so that work resumes within seconds. A refused credential must be mended by a person.
        var pause: Duration {
            cause == .credential ? .seconds(30) : .seconds(min(2 + probes, 5))
        }
    }

    enum Answer: Equatable, Sendable {
        case go(isProbe: Bool)
        case wait(until: Instant)
        /// Until the probe has ended.
        case waitForProbe
    }

    /// How a call ended, as far as it tells something about the account.
    enum Outcome: Equatable, Sendable {
        /// Keap answered and meant it, be it a refusal.
        case success
        case failure(reason: String)
        /// Perhaps for this one's sake alone.
        case failureOf(CallSubject, reason: String)
        case unauthorized(reason: String)
        /// Not sent after all, or throttled: says nothing.
        case nothing
    }

    static var tolerance: Int { 5 }

    /// Failures of so many different ones in a row are nobody's own.
    static var mostCulprits: Int { 3 }

    private(set) var state = State.closed(failures: 0)
    /// For whose sake the failures in a row may have been, up to `mostCulprits`; nil: at least one was nobody's own.
    private var culprits: Set<CallSubject>? = []
    /// Somebody is being asked who has nothing to do with the culprits.
    private var isAsking = false

    /// Whether a call about nobody is to be made now, because there were enough failures to open but one or two contacts
    /// may be to blame for all of them: they must not stop the whole account. Call once, and make it if so.
    mutating func mustAskSomebodyElse() -> Bool {
        guard case .closed(let failures) = state, failures >= Self.tolerance, !isAsking else { return false }
        isAsking = true
        return true
    }

    mutating func hasAsked() { isAsking = false }

    /// When a call may try; nil is now. Takes nothing.
    func opening(at now: Instant) -> Answer {
        switch state {
        case .closed: .go(isProbe: false)
        case .probing: .waitForProbe
        case .open(_, let nextProbe): nextProbe <= now ? .go(isProbe: true) : .wait(until: nextProbe)
        }
    }

    mutating func admit(at now: Instant) -> Answer {
        switch state {
        case .closed: return .go(isProbe: false)
        case .probing: return .waitForProbe
        case .open(let outage, let nextProbe):
            guard nextProbe <= now else { return .wait(until: nextProbe) }
            state = .probing(outage)
            return .go(isProbe: true)
        }
    }

    mutating func ended(_ outcome: Outcome, isProbe: Bool, at now: Instant) {
        switch (outcome, state) {
        case (.success, _):
            // Also that of a call which began before the outage: Keap answers.
            state = .closed(failures: 0)
            culprits = []
        case (.unauthorized(let reason), .closed):
            open(Outage(cause: .credential, reason: reason, since: now), at: now)
        case (.failure(let reason), .closed(let failures)):
            culprits = nil
            fail(failures + 1, reason, at: now)
        case (.failureOf(let culprit, let reason), .closed(let failures)):
            culprits?.insert(culprit)
            if culprits?.count == Self.mostCulprits { culprits = nil }
            fail(failures + 1, reason, at: now)
        case (.failure(let reason), .probing(let outage)) where isProbe,
            (.failureOf(_, let reason), .probing(let outage)) where isProbe:
            again(outage, .trouble, reason, at: now)
        case (.unauthorized(let reason), .probing(let outage)) where isProbe:
            again(outage, .credential, reason, at: now)
        case (.nothing, .probing(let outage)) where isProbe:
            // The probe found out nothing, so the next caller is one.
            state = .open(outage, nextProbe: now)
        case (.nothing, _), (.failure, _), (.failureOf, _), (.unauthorized, _):
            break  // a call from before the outage tells nothing new
        }
    }

    private mutating func fail(_ failures: Int, _ reason: String, at now: Instant) {
        if failures < Self.tolerance || culprits != nil {
            state = .closed(failures: min(failures, Self.tolerance))
        } else {
            open(Outage(cause: .trouble, reason: reason, since: now), at: now)
        }
    }

    private mutating func again(_ outage: Outage, _ cause: Outage.Cause, _ reason: String, at now: Instant) {
        var outage = outage
        outage.probes = outage.cause == cause ? outage.probes + 1 : 0
        outage.cause = cause
        outage.reason = reason
        open(outage, at: now)
    }

    private mutating func open(_ outage: Outage, at now: Instant) {
        state = .open(outage, nextProbe: now.advanced(by: outage.pause))
    }
}
