package import Clocks

/// The circuit breakers of one account: one for all of its calls, and one for each endpoint whose calls alone fail.
///
/// While the account's is open, calls wait: none would go well. While an endpoint's is open, its calls are refused, but
/// for the one that tries: if they waited, they would hold what those of other endpoints need to go on.
///
/// Keeps no clock and never waits.
package struct CircuitBreakers: Sendable {
    package enum Answer: Equatable, Sendable {
        case go
        /// Until a call that tries has ended.
        case wait
        case waitUntil(Instant)
        /// Not now, and not soon.
        case refuse(reason: String)
    }

    /// For which of them a call finds out whether the API is back.
    package struct Probe: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let ofAccount = Probe(rawValue: 1)
        package static let ofEndpoint = Probe(rawValue: 2)
    }

    private var gated = GatedBreaker()
    /// Of endpoints whose last call that told something failed, though the account's breaker is closed.
    private var endpoints: [APIEndpoint: GatedBreaker] = [:]
    private let probes: SharedHalfOpenGate
    private let number: Int

    /// - Parameter probes: shared by the accounts that share the budget.
    package init(probes: SharedHalfOpenGate = SharedHalfOpenGate()) {
        self.probes = probes
        number = probes.join()
    }

    package var account: CircuitBreaker { gated.breaker }
    /// Of endpoints whose calls alone fail.
    package var failing: [APIEndpoint: CircuitBreaker] { endpoints.mapValues(\.breaker).filter { !$0.value.isClosed } }

    /// Whether a call may go. Takes nothing.
    ///
    /// - Parameter endpoint: nil: what fails this call fails every call.
    package func opening(for endpoint: APIEndpoint?, at now: Instant) -> Answer {
        switch gated.opening(in: probes, nil, for: number, at: now) {
        case .waitForProbe: return .wait
        case .wait(let instant): return .waitUntil(instant)
        case .go: break
        }
        guard let endpoint, let its = endpoints[endpoint] else { return .go }
        if case .go = its.opening(in: probes, endpoint, for: number, at: now) { return .go }
        let reason = its.breaker.outage?.reason ?? ""
        return .refuse(
            reason:
                "All \(endpoint) calls fail for now, so this one was not sent; one tries every few seconds (\(reason))")
    }

    /// The call goes. Nil: it may not; else for which breakers it tries. `ended` must follow.
    package mutating func admit(_ endpoint: APIEndpoint?, at now: Instant) -> Probe? {
        guard opening(for: endpoint, at: now) == .go else { return nil }
        var probe: Probe = []
        if gated.admit(in: probes, nil, for: number, at: now) { probe.insert(.ofAccount) }
        if let endpoint, endpoints[endpoint]?.admit(in: probes, endpoint, for: number, at: now) == true {
            probe.insert(.ofEndpoint)
        }
        return probe
    }

    package mutating func ended(
        _ outcome: CircuitBreaker.Outcome, of endpoint: APIEndpoint?, _ probe: Probe, at now: Instant
    ) {
        gated.ended(outcome.at(endpoint), isProbe: probe.contains(.ofAccount), in: probes, nil, at: now)
        guard gated.breaker.isClosed else {
            // The outage is all calls', so it is no endpoint's own.
            endpoints = [:]
            return
        }
        guard let endpoint else { return }
        var its = endpoints[endpoint] ?? GatedBreaker(seen: probes.with(endpoint, \.successes))
        its.ended(
            outcome.ofEndpoint, isProbe: probe.contains(.ofEndpoint), in: probes, endpoint, at: now)
        endpoints[endpoint] = its.breaker.isWell ? nil : its
    }

    /// See `CircuitBreaker.mustProbeHealth`.
    package mutating func mustProbeHealth() -> Bool { gated.breaker.mustProbeHealth() }
    package mutating func hasProbedHealth() { gated.breaker.hasProbedHealth() }
}

/// A circuit breaker, and its turn to try among the accounts that share a budget.
private struct GatedBreaker: Sendable {
    var breaker = CircuitBreaker()
    /// How many successes of the accounts it has heard of.
    var seen = 0

    func opening(
        in probes: SharedHalfOpenGate, _ endpoint: APIEndpoint?, for account: Int, at now: Instant
    ) -> CircuitBreaker.Answer {
        let answer = breaker.opening(at: now)
        guard answer == .go(isProbe: true) else { return answer }
        let turn = probes.with(endpoint) { [seen] in $0.opening(for: account, seen: seen, at: now) }
        return turn.map { .wait(until: $0) } ?? answer
    }

    /// - Returns: whether the call is a probe.
    mutating func admit(
        in probes: SharedHalfOpenGate, _ endpoint: APIEndpoint?, for account: Int, at now: Instant
    ) -> Bool {
        guard breaker.admit(at: now) == .go(isProbe: true) else { return false }
        seen = probes.with(endpoint) { turns in
            turns.begin(account, at: now)
            return turns.successes
        }
        return true
    }

    mutating func ended(
        _ outcome: CircuitBreaker.Outcome, isProbe: Bool, in probes: SharedHalfOpenGate, _ endpoint: APIEndpoint?,
        at now: Instant
    ) {
        if breaker.isClosed { seen = probes.with(endpoint, \.successes) }
        breaker.ended(outcome, isProbe: isProbe, at: now)
        guard isProbe, outcome == .success else { return }
        seen = probes.with(endpoint) { turns in
            turns.succeeded()
            return turns.successes
        }
    }
}

extension CircuitBreaker.Outcome {
    /// What a call of this endpoint tells of the account.
    fileprivate func at(_ endpoint: APIEndpoint?) -> Self {
        guard case .failure(let reason, let subject, _, let pause) = self else { return self }
        return .failure(reason: reason, of: subject, at: endpoint, pause: pause)
    }

    /// What it tells of the endpoint.
    fileprivate var ofEndpoint: Self {
        switch self {
        case .success, .failure: self
        case .unauthorized, .unreachable, .nothing: .nothing
        }
    }
}
