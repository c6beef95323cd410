package import Clocks

/// Says whether calls may go: all of an account, or those of one endpoint. It opens after several failures with no success
/// between, which are of several different subjects, or one refusal of the credential; one call is let through now and
/// then, and its success lets the others follow.
///
/// Keeps no clock and never waits.
package struct CircuitBreaker: Sendable {
    package enum State: Equatable, Sendable {
        /// Left when `CircuitBreaker.tolerance` failures came in a row, or a credential was refused.
        case closed(failures: Int)
        /// Left by the first caller after `nextProbe`, or by a late success of an earlier call.
        case open(Outage, nextProbe: Instant)
        /// One call is out to try. Left when it ends.
        case probing(Outage)
    }

    package struct Outage: Equatable, Sendable {
        package enum Cause: Sendable { case trouble, credential }

        package var cause: Cause
        /// The last failure's own words.
        package var reason: String
        package var since: Instant
        package var probes = 0
        /// How long the API asked to be left alone, with the last failure.
        package var told: Duration?
        /// What the last probe was about, and whether the one before it was about the same.
        package var lastSubject: FailureScope?
        package var isOneSubjects = false

        /// Short at first, so that work resumes within seconds. A refused credential must be mended by a person.
        package var pause: Duration {
            max(cause == .credential ? .seconds(30) : .seconds(min(2 + probes, 5)), told ?? .zero)
        }
    }

    package enum Answer: Equatable, Sendable {
        case go(isProbe: Bool)
        case wait(until: Instant)
        /// Until the probe has ended.
        case waitForProbe
    }

    /// How a call ended, as far as it tells something about others.
    package enum Outcome: Equatable, Sendable {
        /// The API answered and meant it, be it a refusal.
        case success
        /// `of`: what it may be specific to; nil if any call of the endpoint would have failed. `at`: the endpoint; nil
        /// if any other's call would have failed too. `pause`: how long the API asked to be left alone.
        case failure(reason: String, of: FailureScope? = nil, at: APIEndpoint? = nil, pause: Duration? = nil)
        /// No connection could be made.
        case unreachable(reason: String)
        case unauthorized(reason: String)
        /// Not sent after all, or throttled: says nothing.
        case nothing
    }

    package static var tolerance: Int { 5 }

    /// So many different subjects failing in a row are an outage. Fewer never are: one contact's failures stop no other.
    package static var fewestSubjects: Int { 3 }
    /// The same of endpoints: the failures of one stop no other.
    package static var fewestEndpoints: Int { 2 }

    package private(set) var state = State.closed(failures: 0)
    /// What the failures in a row may be specific to, up to `fewestSubjects`; nil: at least one would have met any call.
    private var failedSubjects: Set<FailureScope>? = []
    /// The same of endpoints, up to `fewestEndpoints`.
    private var failedEndpoints: Set<APIEndpoint>? = []
    private var isProbingHealth = false

    package init() {}

    /// Whether a call that is about no contact is to be made now. There were failures enough, but one or two subjects, or
    /// one endpoint, may be to blame for all of them; or the circuit is open, and one subject alone has tried again and
    /// again. Ask once, and make the call if so; then `hasProbedHealth`.
    package mutating func mustProbeHealth() -> Bool {
        let isUnknown =
            switch state {
            case .closed(let failures): failures >= Self.tolerance
            case .open(let outage, _): outage.isOneSubjects
            case .probing: false
            }
        guard isUnknown, !isProbingHealth else { return false }
        isProbingHealth = true
        return true
    }

    package mutating func hasProbedHealth() { isProbingHealth = false }

    /// Whether the last call that told something went well.
    package var isWell: Bool { state == .closed(failures: 0) }

    package var isClosed: Bool { outage == nil }

    package var outage: Outage? {
        switch state {
        case .closed: nil
        case .open(let outage, _), .probing(let outage): outage
        }
    }

    /// When a call may try; nil is now. Takes nothing.
    package func opening(at now: Instant) -> Answer {
        switch state {
        case .closed: .go(isProbe: false)
        case .probing: .waitForProbe
        case .open(_, let nextProbe): nextProbe <= now ? .go(isProbe: true) : .wait(until: nextProbe)
        }
    }

    package mutating func admit(at now: Instant) -> Answer {
        switch state {
        case .closed: return .go(isProbe: false)
        case .probing: return .waitForProbe
        case .open(let outage, let nextProbe):
            guard nextProbe <= now else { return .wait(until: nextProbe) }
            state = .probing(outage)
            return .go(isProbe: true)
        }
    }

    package mutating func ended(_ outcome: Outcome, isProbe: Bool, at now: Instant) {
        switch (outcome, state) {
        case (.success, _):
            // Also that of a call which began before the outage: the API answers.
            state = .closed(failures: 0)
            (failedSubjects, failedEndpoints) = ([], [])
        case (.unauthorized(let reason), .closed):
            open(Outage(cause: .credential, reason: reason, since: now), at: now)
        case (.failure(let reason, let subject, let endpoint, let pause), .closed(let failures)):
            failedSubjects.add(subject, upTo: Self.fewestSubjects)
            failedEndpoints.add(endpoint, upTo: Self.fewestEndpoints)
            fail(failures + 1, reason, pause, at: now)
        case (.failure(let reason, let subject, _, let pause), .probing(var outage)) where isProbe:
            outage.isOneSubjects = subject != nil && subject == outage.lastSubject
            (outage.lastSubject, outage.told) = (subject, pause)
            again(outage, .trouble, reason, at: now)
        case (.unreachable(let reason), _):
            ended(.failure(reason: reason), isProbe: isProbe, at: now)
        case (.unauthorized(let reason), .probing(var outage)) where isProbe:
            (outage.isOneSubjects, outage.lastSubject, outage.told) = (false, nil, nil)
            again(outage, .credential, reason, at: now)
        case (.nothing, .probing(let outage)) where isProbe:
            // The probe found out nothing, so the next caller is one.
            state = .open(outage, nextProbe: now)
        case (.nothing, _), (.failure, _), (.unauthorized, _):
            break  // a call from before the outage tells nothing new
        }
    }

    private mutating func fail(_ failures: Int, _ reason: String, _ pause: Duration?, at now: Instant) {
        if failures < Self.tolerance || failedSubjects != nil || failedEndpoints != nil {
            state = .closed(failures: min(failures, Self.tolerance))
        } else {
            open(Outage(cause: .trouble, reason: reason, since: now, told: pause), at: now)
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

extension Optional {
    /// Adds one more of what may be to blame; nil: others are too, or there are enough.
    fileprivate mutating func add<Blamed>(_ blamed: Blamed?, upTo enough: Int) where Wrapped == Set<Blamed> {
        if let blamed { self?.insert(blamed) } else { self = nil }
        if self?.count == enough { self = nil }
    }
}
