import AsyncPrimitives
package import Clocks
package import OutboundAPI
package import RateLimits

/// All calls on one Keap account pass here: contacts, circuits, a slot, the budget, and only then the wire. `KeapCallQueue`
/// decides, `CallRunner` performs; here is what only Keap's calls need.
package actor KeapGateway<Budget: CallBudget> {
    typealias Runner = CallRunner<KeapCallQueue, Budget>

    let calls: Runner
    private let contacts: SharedContacts
    private let number: Int
    private let account: any AccountIdentity
    /// Those that wait until it is known which account the key opens; nil while none asks.
    private var askers: [AsyncSignal]?
    /// The runs that the edits belong to.
    var runs: [CallTicket: CallSequence] = [:]
    /// What keeps the calls of attempts that edits belong to.
    var recorders: [CallTicket: any CallRecorder] = [:]
    /// Of edits whose callers have yet to wake.
    var endedEdits: [CallTicket: PendingTagEdit.Result] = [:]
    /// Of single contacts' tag edits that failed, until their callers have heard of it.
    var failedEdits: [CallTicket: FailedCall] = [:]
    /// Contacts whose tag edits share no call with others': Keap failed the last one that went alone. Else every call that
    /// such a contact rides in would keep the others waiting for a minute.
    private var suspects: Set<ContactID> = []
    var merging = MergeCounters()

    /// - Parameters:
    ///   - authorizer: has the credentials that every call bears.
    ///   - clock: measures all waits, and tells when a minute or a day of Keap's ends.
    ///   - probes: shared by the accounts that share the budget.
    ///   - contacts: shared by gateways that may call on one account.
    ///   - account: which account it is, as far as that is known.
    package init(
        transport: any HTTPTransport, authorizer: any Authorizer = NoAuthorizer(), budget: Budget,
        settings: CallSettings = CallSettings(), clock: any TimeSource,
        probes: SharedHalfOpenGate = SharedHalfOpenGate(),
        contacts: SharedContacts = SharedContacts(), account: (any AccountIdentity)? = nil
    ) {
        let account = account ?? SoleAccount()
        self.contacts = contacts
        self.account = account
        number = contacts.join()
        calls = Runner(
            KeapCallQueue(slots: settings.concurrency, probes: probes),
            transport: AuthorizedTransport(transport, authorizer), budget: budget, settings: settings, clock: clock,
            headers: KeapHeaders.self
        ) { tenant, isSuccess in await account.answered(tenant: tenant, isSuccess: isSuccess) }
    }

    /// The account's calls. Bulk ones go when no live one waits; the gyms that share an account take turns.
    package nonisolated func calls(_ urgency: Urgency = .live, for share: BudgetShare = .sole) -> any KeapAPI {
        KeapClient(gateway: self, line: CallLine(urgency: urgency, share: share))
    }

    /// The account's calls for bills. They go behind those for contacts: live ones first.
    ///
    /// - Parameter begin: asked right before each call is sent. False: its reader was called off, and the call throws
    ///   `.cancelled`, unsent.
    package nonisolated func billing(
        _ urgency: Urgency = .bulk, for share: BudgetShare = .sole,
        begin: @escaping @Sendable () -> Bool = { true }
    ) -> any BillingAPI & HookAPI {
        KeapClient(
            gateway: self, line: CallLine(urgency: urgency, share: share), run: CallSequence(begin: begin))
    }

    package func counters() -> GatewayCounters {
        let (breakers, now) = (calls.queue.breakers, calls.clock.now)
        return GatewayCounters(
            endpoints: calls.endpoints, merging: merging, inFlight: calls.queue.inFlight,
            waiting: calls.queue.waiting, circuit: breakers.account.report(at: now),
            failingEndpoints: breakers.failing.mapValues { $0.report(at: now) })
    }

    /// How far the newest call that names a contact has come; nil if there is none.
    package func stage(of contact: ContactID) -> CallStage? { calls.queue.stage(of: contact) }

    /// How many calls of this share wait, for a slot or for their budget.
    package func waiting(_ share: BudgetShare, _ urgency: Urgency) -> Int {
        calls.queue.standing(CallLine(urgency: urgency, share: share))
    }

    /// A change of this lane was delivered.
    package func deliveryWentWell(in lane: UInt64) { calls.evidence.succeeded(.delivery, .lane(lane)) }

    /// A change of this lane came to nothing though each call was answered.
    package func deliveryFailed(in lane: UInt64) -> FailedCall { calls.evidence.failed(.delivery, .lane(lane)) }

    /// Whether calls of the same kind have gone well for others since that one failed.
    package func othersGoWell(since call: FailedCall) -> Bool { calls.evidence.othersGoWell(since: call) }

    /// The endpoint whose calls alone fail, and are refused for now, if this was one of them.
    package func failingEndpoint(of call: FailedCall) -> APIEndpoint? {
        guard case .call(let endpoint) = call.kind, let family = endpoint.family else { return nil }
        return calls.queue.breakers.failing[family] == nil ? nil : family
    }

    /// Makes one call, when its turn has come.
    ///
    /// - Parameters:
    ///   - isRestingOnRead: it writes back what its run has read, so that must not be old.
    ///   - read: makes sense of a success. What it throws counts as the call's failure.
    /// - Throws: `.cancelled` if the caller was cancelled before the call was sent; nothing is spent then. Once sent,
    ///   a call runs to its end, since it may have been done.
    func perform<Answer: Sendable>(
        _ request: APIRequest, naming claim: ContactClaim, in line: CallLine, run: CallSequence? = nil,
        isRestingOnRead: Bool = false, read: @Sendable (APIResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> Answer {
        try await send(request, naming: claim, in: line, run: run, isRestingOnRead: isRestingOnRead, read: read)
            .answer.get()
    }

    /// The same, but throws only what kept the call from being sent.
    func send<Answer: Sendable>(
        _ request: APIRequest, naming claim: ContactClaim, in line: CallLine, run: CallSequence? = nil,
        isRestingOnRead: Bool = false, read: @Sendable (APIResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> KeapCall<Answer> {
        try await askForAccount(line)
        return try await sendInTurn(request, naming: claim, in: line, run, isRestingOnRead, read)
    }

    /// - Parameter partOf: of a call whose contacts another call claims: these.
    func sendInTurn<Answer: Sendable>(
        _ request: APIRequest, naming claim: ContactClaim, in line: CallLine, _ run: CallSequence? = nil,
        _ isRestingOnRead: Bool = false, partOf whole: [ContactID] = [],
        _ read: @Sendable (APIResponse) throws(KeapFailure) -> Answer
    ) async throws(KeapFailure) -> KeapCall<Answer> {
        let (pass, permit) = try await enter(claim, line, of: request.endpoint.family, run)
        let hold = await contacts.begin(whole + claim.contacts, of: account.name, by: number)
        let isOld = run.map { contacts.isWritten(hold, after: $0.readAfter) } ?? false
        if let unsent = reasonNotToSend(run, isRestingOnRead: isRestingOnRead, isOld: isOld) {
            contacts.end(hold)
            await calls.budget.release(permit)
            calls.finish(pass, .nothing)
            throw unsent
        }
        let (begun, writesBefore) = (calls.clock.now, contacts.writes)
        let call = await send(request, about: FailureScope(request, naming: claim), in: line, permit, read)
        if request.endpoint == .updateContact {
            // At its end: a search that ran beside it may have seen the contact as it was before.
            let write = contacts.write(hold, at: calls.clock.now)
            if !isOld { run?.wrote(write) }
        }
        contacts.end(hold)
        if call.meaning == .success, request.endpoint == .readContact || request.endpoint == .findContacts {
            run?.read(at: begun, after: writesBefore)
        }
        calls.finish(pass, CircuitBreaker.Outcome(call))
        await probeHealth(line)
        AttemptLog.current?.ended(call.failed)
        return call
    }

    /// - Parameters:
    ///   - scope: what a failure may be specific to.
    ///   - recorders: of other attempts that it is made for.
    func send<Answer: Sendable>(
        _ request: APIRequest, about scope: FailureScope?, in line: CallLine, _ permit: Budget.Permit,
        besides recorders: [any CallRecorder] = [],
        _ read: (APIResponse) throws(KeapFailure) -> Answer
    ) async -> KeapCall<Answer> {
        await calls.send(request, about: scope, in: line, permit, besides: recorders) { answer in
            let reading: KeapReading<Answer> =
                switch answer {
                case .success(let response): KeapReading(response, to: request, read)
                case .failure(let failure): KeapReading(failure, of: request)
                }
            return (reading.answer, reading.meaning)
        }
    }

    private func enter(
        _ claim: ContactClaim, _ line: CallLine, of endpoint: APIEndpoint?, _ run: CallSequence?
    ) async throws(KeapFailure) -> (CallPass, Budget.Permit) {
        let ticket = calls.queue.enqueue(claim, line.urgency, for: line.share, of: endpoint, rank: run?.rank)
        run?.keep(rank: ticket.rank)
        do throws(CallNotSent) {
            return try await calls.enter(ticket)
        } catch {
            // It is none of the attempt's failures.
            AttemptLog.current?.ended(nil)
            throw KeapFailure(error)
        }
    }

    /// - Parameter isOld: the contact was written since the run read it.
    private func reasonNotToSend(_ run: CallSequence?, isRestingOnRead: Bool, isOld: Bool) -> KeapFailure? {
        guard let run else { return nil }
        if isRestingOnRead, run.isStale(at: calls.clock.now) || isOld && run.isOverwritten() { return .stale }
        return run.begin() ? nil : .cancelled
    }

    /// Returns once it is known which account the key opens, as far as Keap tells it.
    package func settleAccount(for share: BudgetShare) async throws(KeapFailure) {
        try await askForAccount(CallLine(urgency: .live, share: share))
    }

    /// While another key may open the same account, one call at a time is made, and it is the one that tells. So two
    /// gateways never name one contact at once without knowing of each other. It goes before bulk calls, whose caller asks:
    /// live ones wait for it.
    func askForAccount(_ line: CallLine) async throws(KeapFailure) {
        while account.mustAsk {
            if askers != nil {
                let wakeup = AsyncSignal()
                askers?.append(wakeup)
                await wakeup.wait()
                if Task.isCancelled { throw .cancelled }
                continue
            }
            askers = []
            let answer: Result<KeapCall<Void>, KeapFailure>
            do throws(KeapFailure) {
                answer = .success(
                    try await sendInTurn(.userInfo, naming: .none, in: line.live) { (response) throws(KeapFailure) in
                        try response.confirm()
                    })
            } catch {
                answer = .failure(error)
            }
            let waiting = askers ?? []
            askers = nil
            for wakeup in waiting { wakeup.signal() }
            try answer.get().answer.get()
        }
    }

    /// The call names these contacts. `end` must follow.
    func hold(_ named: [ContactID]) async -> SharedContacts.Hold {
        await contacts.begin(named, of: account.name, by: number)
    }

    func end(_ hold: SharedContacts.Hold) { contacts.end(hold) }

    /// Failures of one or two subjects, or of one endpoint, do not stop the account. If there were as many as would, the
    /// cheapest call there is tells whether it is they or Keap. It goes before bulk calls: no other asks meanwhile.
    func probeHealth(_ line: CallLine) async {
        guard !Task.isCancelled, calls.queue.mustProbeHealth() else { return }
        // Not a call of the attempt that happens to make it. How it ended is the circuit's to know.
        await AttemptLog.$current.withValue(nil) {
            _ = try? await send(.userInfo, naming: .none, in: line.live) { (response) throws(KeapFailure) in
                try response.confirm()
            }
        }
        calls.queue.hasProbedHealth()
    }

    func isSuspect(_ contact: ContactID) -> Bool { suspects.contains(contact) }

    func judge(_ contacts: some Collection<ContactID>, isFailed: Bool) {
        if !isFailed {
            suspects.subtract(contacts)
        } else if contacts.count == 1, suspects.count < PeerEvidence.mostRecords {
            suspects.formUnion(contacts)
        }
    }
}

extension KeapFailure {
    init(_ reason: CallNotSent) {
        switch reason {
        case .cancelled: self = .cancelled
        case .noPermit(let reason), .heldBack(let reason): self = .unavailable(reason: reason)
        }
    }
}
