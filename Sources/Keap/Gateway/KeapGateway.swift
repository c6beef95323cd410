package import LockstepLimits

package struct GatewaySettings: Sendable {
    /// Calls under way at once.
    package var concurrency = 8
    /// From sending to the whole answer.
    package var timeout = Duration.seconds(30)
    /// The same for lists, the model and bulk tag calls.
    package var slowTimeout = Duration.seconds(60)

    package init() {}
}

/// All calls on one Keap account pass here: contacts, circuit, a place, the budget, and only then the wire. The stages
/// decide; this actor waits and counts.
package actor KeapGateway<Time: Clock, Budget: CallBudget> where Time.Duration == Duration {
    typealias Stage = Admission<Time.Instant>

    private let transport: any KeapTransport
    let budget: Budget
    private let settings: GatewaySettings
    let clock: Time
    private let wall: @Sendable () -> Int64
    var admission: Stage
    var bells: [Stage.Ticket: Bell] = [:]
    /// Of edits whose callers have yet to wake.
    var endedEdits: [Stage.Ticket: WaitingEdit.Result] = [:]
    private var endpoints: [KeapEndpoint: EndpointCounters] = [:]
    var merging = MergeCounters()

    /// - Parameter wall: milliseconds since 1970, to know when a minute or a day of Keap's ends.
    package init(
        transport: any KeapTransport, budget: Budget, settings: GatewaySettings = GatewaySettings(), clock: Time,
        wall: @escaping @Sendable () -> Int64
    ) {
        self.transport = transport
        self.budget = budget
        self.settings = settings
        self.clock = clock
        self.wall = wall
        admission = Stage(places: settings.concurrency)
    }

    /// The account's calls. Bulk ones go when no live one waits; the gyms that share an account take turns.
    package nonisolated func calls(_ urgency: Urgency = .live, for party: Party = .sole) -> any KeapCalls {
        KeapClient(gateway: self, line: Stage.Line(urgency: urgency, party: party))
    }

    package func counters() -> GatewayCounters {
        var counters = GatewayCounters(
            endpoints: endpoints, merging: merging, inFlight: admission.inFlight, waiting: admission.waiting)
        switch admission.circuit.state {
        case .closed: counters.circuit = .closed
        case .open(let outage, _), .probing(let outage):
            counters.circuit = .open(
                reason: outage.reason, openFor: outage.since.duration(to: clock.now),
                isCredential: outage.cause == .credential)
        }
        return counters
    }

    /// How far the newest call that names a contact has come; nil if there is none.
    package func stage(of contact: ContactID) -> CallStage? { admission.stage(of: contact) }

    /// How many of the account's calls stand in line before one of this party that came now, apart from those that wait
    /// for their budget.
    package func callsBefore(_ party: Party, _ urgency: Urgency) -> Int { admission.before(party, urgency) }

    /// Makes one call, when its turn has come.
    ///
    /// - Parameter read: makes sense of a success. What it throws counts as the call's failure.
    /// - Throws: `.cancelled` if the caller was cancelled before the call was sent; nothing is spent then. Once sent,
    ///   a call runs to its end, since it may have been done.
    func perform<Answer: Sendable>(
        _ request: KeapRequest, naming claim: ContactClaim, in line: Stage.Line,
        read: @Sendable (KeapResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> Answer {
        try await send(request, naming: claim, in: line, read: read).get()
    }

    /// The same, but throws only what kept the call from being sent.
    func send<Answer: Sendable>(
        _ request: KeapRequest, naming claim: ContactClaim, in line: Stage.Line,
        read: @Sendable (KeapResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> CallResult<Answer> {
        let pass = try await enter(claim, line)
        let permit: Budget.Permit
        do throws(KeapFailure) {
            permit = try await takePermit(line)
        } catch {
            leave(pass, .nothing)
            throw error
        }
        let result = await send(request, permit, read)
        leave(pass, Circuit.Outcome(result.withoutAnswer))
        return result
    }

    func takePermit(_ line: Stage.Line) async throws(KeapFailure) -> Budget.Permit {
        do {
            return try await budget.take(line.urgency, for: line.party)
        } catch {
            if error is CancellationError { throw .cancelled }
            throw .unavailable(reason: "The budget gave no permit: \(error)")
        }
    }

    func send<Answer: Sendable>(
        _ request: KeapRequest, _ permit: Budget.Permit, _ read: (KeapResponse) throws(KeapFailure) -> Answer
    ) async -> CallResult<Answer> {
        let begun = clock.now
        let deadline = request.endpoint.isSlow ? settings.slowTimeout : settings.timeout
        var result: CallResult<Answer>
        var learned: Announcement?
        do throws(TransportFailure) {
            let response = try await transport.send(request, deadline: deadline)
            let headers = KeapHeaders(response.headers)
            learned = headers.announcement
            result = CallResult(response, to: request, read)
            if case .throttled = result {
                // Before the permit is given back, so that nobody slips through between.
                let reopening = headers.reopening(now: wall())
                if headers.isTenantExhausted {
                    await budget.close(tenantOf: permit, until: reopening)
                } else {
                    await budget.close(until: reopening)
                }
            }
        } catch {
            result = CallResult(error, of: request)
        }
        await budget.finished(permit, learned: learned)
        count(request.endpoint, result.withoutAnswer, took: begun.duration(to: clock.now))
        return result
    }

    private func count(_ endpoint: KeapEndpoint, _ result: CallResult<Void>, took latency: Duration) {
        var counters = endpoints[endpoint, default: EndpointCounters()]
        counters.calls += 1
        counters.latency += latency
        switch result {
        case .success: break
        case .throttled: counters.throttled += 1
        case .failure(let failure): counters.failures[failure.kind, default: 0] += 1
        }
        endpoints[endpoint] = counters
    }

    private func enter(_ claim: ContactClaim, _ line: Stage.Line) async throws(KeapFailure) -> Stage.Pass {
        let bell = Bell()
        let ticket = admission.arrive(claim, line.urgency, for: line.party)
        bells[ticket] = bell
        defer {
            bells[ticket] = nil
            callNext()
        }
        while !Task.isCancelled {
            switch admission.ask(ticket, at: clock.now) {
            case .go(let pass): return pass
            case .wait: await bell.wait()
            case .waitUntil(let instant): await sleep(until: instant, or: bell)
            }
        }
        admission.giveUp(ticket)
        throw .cancelled
    }

    func leave(_ pass: Stage.Pass, _ outcome: Circuit<Time.Instant>.Outcome) {
        admission.end(pass, outcome, at: clock.now)
        callNext()
    }

    func callNext() {
        guard let head = admission.head else { return }
        bells[head]?.ring()
    }

    func sleep(until instant: Time.Instant, or bell: Bell) async {
        await withTaskGroup(of: Void.self) { [clock] group in
            // A cancelled sleep has nothing to report: the caller looks why it woke.
            group.addTask { try? await clock.sleep(until: instant, tolerance: nil) }
            group.addTask { await bell.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
