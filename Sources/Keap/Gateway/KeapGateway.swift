import AsyncPrimitives
package import Clocks
package import OutboundAPI
package import RateLimits

package struct GatewaySettings: Sendable {
    /// Calls under way at once. Those that wait for their budget are not. More than may begin in a second (10 with a
    /// key, 25 with a client) never are, however long they take.
    package var concurrency = 32
    /// From sending to the whole answer.
    package var timeout = Duration.seconds(30)
    /// The same for lists, the model and bulk tag calls.
    package var slowTimeout = Duration.seconds(60)

    package init() {}
}

/// All calls on one Keap account pass here: contacts, circuit, a place, the budget, and only then the wire. The stages
/// decide; this actor waits and counts.
package actor KeapGateway<Budget: CallBudget> {
    typealias Stage = CallQueue

    private let transport: AuthorizedTransport
    let budget: Budget
    private let settings: GatewaySettings
    let clock: any TimeSource
    private let contacts: SharedContacts
    private let number: Int
    private let account: any AccountIdentity
    /// Those that wait until it is known which account the key opens; nil while none asks.
    private var askers: [AsyncSignal]?
    var admission: Stage
    var wakeups: [Stage.Ticket: AsyncSignal] = [:]
    /// The runs that the edits belong to.
    var runs: [Stage.Ticket: CallSequence] = [:]
    /// Of edits whose callers have yet to wake.
    var endedEdits: [Stage.Ticket: PendingTagEdit.Result] = [:]
    /// Of single contacts' tag edits that failed, until their callers have heard of it.
    var failedEdits: [Stage.Ticket: FailedCall] = [:]
    private var evidence = PeerEvidence()
    /// Contacts whose tag edits share no call with others': Keap failed the last one that went alone. Else every call that
    /// such a contact rides in would keep the others waiting for a minute.
    private var suspects: Set<ContactID> = []
    private var endpoints: [APIEndpoint: EndpointCounters] = [:]
    var merging = MergeCounters()

    /// - Parameters:
    ///   - authorizer: has the credentials that every call bears.
    ///   - clock: measures all waits, and tells when a minute or a day of Keap's ends.
    ///   - probes: shared by the accounts that share the budget.
    ///   - contacts: shared by gateways that may call on one account.
    ///   - account: which account it is, as far as that is known.
    package init(
        transport: any HTTPTransport, authorizer: any Authorizer = NoAuthorizer(), budget: Budget,
        settings: GatewaySettings = GatewaySettings(), clock: any TimeSource,
        probes: SharedHalfOpenGate = SharedHalfOpenGate(),
        contacts: SharedContacts = SharedContacts(), account: (any AccountIdentity)? = nil
    ) {
        self.transport = AuthorizedTransport(transport, authorizer)
        self.budget = budget
        self.settings = settings
        self.clock = clock
        self.contacts = contacts
        self.account = account ?? SoleAccount()
        number = contacts.join()
        admission = Stage(places: settings.concurrency, probes: probes)
    }

    /// The account's calls. Bulk ones go when no live one waits; the gyms that share an account take turns.
    package nonisolated func calls(_ urgency: Urgency = .live, for party: BudgetShare = .sole) -> any KeapAPI {
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

    /// How many calls of this party wait, for a slot or for their budget.
    package func waiting(_ party: BudgetShare, _ urgency: Urgency) -> Int {
        admission.standing(Stage.Line(urgency: urgency, party: party))
    }

    /// A change of this lane was delivered.
    package func deliveryWentWell(in lane: UInt64) { evidence.succeeded(.delivery, .lane(lane)) }

    /// A change of this lane came to nothing though each call was answered.
    package func deliveryFailed(in lane: UInt64) -> FailedCall { evidence.failed(.delivery, .lane(lane)) }

    /// Whether calls of the same kind have gone well for others since that one failed.
    package func othersGoWell(since call: FailedCall) -> Bool { evidence.othersGoWell(since: call) }

    /// Makes one call, when its turn has come.
    ///
    /// - Parameters:
    ///   - isRestingOnRead: it writes back what its run has read, so that must not be old.
    ///   - read: makes sense of a success. What it throws counts as the call's failure.
    /// - Throws: `.cancelled` if the caller was cancelled before the call was sent; nothing is spent then. Once sent,
    ///   a call runs to its end, since it may have been done.
    func perform<Answer: Sendable>(
        _ request: APIRequest, naming claim: ContactClaim, in line: Stage.Line, run: CallSequence? = nil,
        isRestingOnRead: Bool = false, read: @Sendable (APIResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> Answer {
        try await send(request, naming: claim, in: line, run: run, isRestingOnRead: isRestingOnRead, read: read)
            .result.get()
    }

    /// The same, but throws only what kept the call from being sent.
    func send<Answer: Sendable>(
        _ request: APIRequest, naming claim: ContactClaim, in line: Stage.Line, run: CallSequence? = nil,
        isRestingOnRead: Bool = false, read: @Sendable (APIResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> SentCall<Answer> {
        try await askForAccount(line)
        return try await sendInTurn(request, naming: claim, in: line, run, isRestingOnRead, read)
    }

    /// - Parameter partOf: of a call whose contacts another call claims: these.
    func sendInTurn<Answer: Sendable>(
        _ request: APIRequest, naming claim: ContactClaim, in line: Stage.Line,
        _ run: CallSequence? = nil,
        _ isRestingOnRead: Bool = false, partOf whole: [ContactID] = [],
        _ read: @Sendable (APIResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> SentCall<Answer> {
        let (pass, permit) = try await enter(claim, line, run)
        let hold = await contacts.begin(whole + claim.contacts, of: account.name, by: number)
        let isOld = run.map { contacts.isWritten(hold, after: $0.readAfter) } ?? false
        if let unsent = reasonNotToSend(run, isRestingOnRead: isRestingOnRead, isOld: isOld) {
            contacts.end(hold)
            await budget.giveBack(permit)
            leave(pass, .nothing)
            throw unsent
        }
        let (begun, writesBefore) = (clock.now, contacts.writes)
        let call = await send(request, about: FailureScope(request, naming: claim), in: line, permit, read)
        if request.endpoint == .updateContact {
            // At its end: a search that ran beside it may have seen the contact as it was before.
            let write = contacts.write(hold, at: clock.now)
            if !isOld { run?.wrote(write) }
        }
        contacts.end(hold)
        if case .success = call.result, request.endpoint == .readContact || request.endpoint == .findContacts {
            run?.read(at: begun, after: writesBefore)
        }
        leave(pass, CircuitBreaker.Outcome(call))
        await probeHealth(line)
        AttemptLog.current?.ended(call.failed)
        return call
    }

    /// - Parameter isOld: the contact was written since the run read it.
    private func reasonNotToSend(
        _ run: CallSequence?, isRestingOnRead: Bool, isOld: Bool
    ) -> KeapFailure? {
        guard let run else { return nil }
        if isRestingOnRead, run.isStale(at: clock.now) || isOld && run.isOverwritten() { return .stale }
        return run.begin() ? nil : .cancelled
    }

    /// - Parameter rank: its place among its line's calls that wait for a permit: a lower one goes first.
    private func takePermit(_ line: Stage.Line, rank: UInt64) async throws(KeapFailure) -> Budget.Permit {
        do {
            return try await budget.take(line.urgency, for: line.party, rank: rank)
        } catch {
            if error is CancellationError { throw .cancelled }
            throw .unavailable(reason: "The budget gave no permit: \(error)")
        }
    }

    /// - Parameter subject: what a failure may be specific to.
    func send<Answer: Sendable>(
        _ request: APIRequest, about subject: FailureScope?, in line: Stage.Line, _ permit: Budget.Permit,
        _ read: (APIResponse) throws(KeapFailure) -> Answer
    ) async -> SentCall<Answer> {
        var (call, refused) = await sendOnce(request, about: subject, permit, read)
        // Other credentials are there by now. A call of its own, so it takes a permit of its own, before all others.
        if let refused, await transport.mayRetry(refused.response, sentWith: refused.credentials),
            let second = try? await takePermit(line, rank: 0)
        {
            (call, _) = await sendOnce(request, about: subject, second, read)
        }
        return call
    }

    /// - Returns: also the answer and what it was sent with, if that was a 401.
    private func sendOnce<Answer: Sendable>(
        _ request: APIRequest, about subject: FailureScope?, _ permit: Budget.Permit,
        _ read: (APIResponse) throws(KeapFailure) -> Answer
    ) async -> (call: SentCall<Answer>, refused: (response: APIResponse, credentials: Credentials)?) {
        let begun = clock.now
        let deadline = request.endpoint.isSlow ? settings.slowTimeout : settings.timeout
        var call: SentCall<Answer>
        var refused: (response: APIResponse, credentials: Credentials)?
        do throws(TransportFailure) {
            let (response, credentials) = try await transport.send(request, deadline: deadline)
            if response.status == 401 { refused = (response, credentials) }
            let headers = KeapHeaders(response.headers)
            AttemptLog.current?.saw(status: response.status, account: headers.tenant)
            await account.answered(tenant: headers.tenant, isSuccess: response.isSuccess)
            call = SentCall(result: CallResult(response, to: request, read), isAnswered: true)
            if call.result.isDoubtful {
                call.failed = evidence.failed(
                    .call(request.endpoint), subject, pause: headers.pause(now: clock.wall.milliseconds))
            }
            if case .throttled = call.result {
                // Before the permit is given back, so that no call slips through between.
                let reopening = headers.reopening(now: clock.wall.milliseconds)
                if headers.isTenantExhausted {
                    await budget.close(tenantOf: permit, until: reopening)
                } else {
                    await budget.close(until: reopening)
                }
            }
            await budget.finished(permit, learned: headers.announcement)
        } catch {
            call = SentCall(result: CallResult(error, of: request))
            switch error {
            case .notSent:
                // That Keap cannot be reached is about no contact; and what never reached it was not counted there.
                call.wasSent = false
                call.failed = evidence.failed(.call(request.endpoint), nil)
                await budget.giveBack(permit)
            case .unclear:
                // One contact may take Keap too long to answer.
                call.failed = evidence.failed(.call(request.endpoint), subject)
                await budget.finished(permit, learned: nil)
            }
        }
        if case .success = call.result { evidence.succeeded(.call(request.endpoint), subject) }
        count(request.endpoint, call.result.withoutAnswer, took: begun.duration(to: clock.now))
        return (call, refused)
    }

    /// Returns once it is known which account the key opens, as far as Keap tells it.
    package func settleAccount(_ urgency: Urgency, for party: BudgetShare) async throws(KeapFailure) {
        try await askForAccount(Stage.Line(urgency: urgency, party: party))
    }

    /// While another key may open the same account, one call at a time is made, and it is the one that tells. So two
    /// gateways never name one contact at once without knowing of each other.
    func askForAccount(_ line: Stage.Line) async throws(KeapFailure) {
        while account.mustAsk {
            if askers != nil {
                let wakeup = AsyncSignal()
                askers?.append(wakeup)
                await wakeup.wait()
                if Task.isCancelled { throw .cancelled }
                continue
            }
            askers = []
            let answer: Result<SentCall<Void>, KeapFailure>
            do throws(KeapFailure) {
                answer = .success(
                    try await sendInTurn(.userInfo, naming: .none, in: line) { (response) throws(KeapFailure) in
                        try response.confirm()
                    })
            } catch {
                answer = .failure(error)
            }
            let waiting = askers ?? []
            askers = nil
            for wakeup in waiting { wakeup.signal() }
            try answer.get().result.get()
        }
    }

    /// The call names these contacts. `end` must follow.
    func hold(_ named: [ContactID]) async -> SharedContacts.Hold {
        await contacts.begin(named, of: account.name, by: number)
    }

    func end(_ hold: SharedContacts.Hold) { contacts.end(hold) }

    /// One or two subjects' failures do not stop the account. If there were as many as would, the cheapest call there is
    /// tells whether it is they or Keap.
    func probeHealth(_ line: Stage.Line) async {
        guard !Task.isCancelled, admission.mustProbeHealth() else { return }
        // Not a call of the attempt that happens to make it. How it ended is the circuit's to know.
        await AttemptLog.$current.withValue(nil) {
            _ = try? await send(.userInfo, naming: .none, in: line) { (response) throws(KeapFailure) in
                try response.confirm()
            }
        }
        admission.hasProbedHealth()
    }

    func isSuspect(_ contact: ContactID) -> Bool { suspects.contains(contact) }

    func judge(_ contacts: some Collection<ContactID>, isFailed: Bool) {
        if !isFailed {
            suspects.subtract(contacts)
        } else if contacts.count == 1, suspects.count < PeerEvidence.mostRecords {
            suspects.formUnion(contacts)
        }
    }

    private func count(_ endpoint: APIEndpoint, _ result: CallResult<Void>, took latency: Duration) {
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

    private func enter(
        _ claim: ContactClaim, _ line: Stage.Line, _ run: CallSequence?
    ) async throws(KeapFailure) -> (Stage.Pass, Budget.Permit) {
        let wakeup = AsyncSignal()
        let ticket = admission.arrive(claim, line.urgency, for: line.party, rank: run?.rank)
        run?.keep(rank: ticket.rank)
        wakeups[ticket] = wakeup
        defer {
            wakeups[ticket] = nil
            callNext()
        }
        while !Task.isCancelled {
            switch admission.ask(ticket, at: clock.now) {
            case .go(var pass):
                do throws(KeapFailure) {
                    if let permit = try await begin(&pass) { return (pass, permit) }
                } catch {
                    admission.giveUp(ticket)
                    throw error
                }
            case .wait: await wakeup.wait()
            case .waitUntil(let instant): await sleep(until: instant, or: wakeup)
            }
        }
        admission.giveUp(ticket)
        throw .cancelled
    }

    /// Gets a permit and begins. Nil: it could not begin, and stands in line again. After a throw it stands nowhere.
    func begin(_ pass: inout Stage.Pass) async throws(KeapFailure) -> Budget.Permit? {
        // While this one waits for its permit, the next may come as far.
        callNext()
        let permit: Budget.Permit
        do throws(KeapFailure) {
            permit = try await takePermit(pass.ticket.line, rank: pass.position)
        } catch {
            admission.stepBack(pass)
            throw error
        }
        if admission.begin(&pass, callsSoon: budget.callsSoon(after: permit), at: clock.now) { return permit }
        await budget.giveBack(permit)
        // It may not be the one to go next any more.
        callNext()
        return nil
    }

    func leave(_ pass: Stage.Pass, _ outcome: CircuitBreaker.Outcome) {
        admission.end(pass, outcome, at: clock.now)
        callNext()
    }

    func callNext() {
        guard let head = admission.head else { return }
        wakeups[head]?.signal()
    }

    func sleep(until instant: Instant, or wakeup: AsyncSignal) async {
        await wakeup.wait(until: instant, on: clock)
    }
}
