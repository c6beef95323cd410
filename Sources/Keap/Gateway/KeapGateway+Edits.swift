import AsyncPrimitives
import Clocks
import OutboundAPI
import RateLimits

/// Tag edits of single contacts. Their callers wait on the board; the leader there gets a permit and makes a call for
/// all whose edges go with its own.
extension KeapGateway {
    /// Puts tags on a contact, or takes them off. A removal that is done is answered as `.applied`.
    ///
    /// - Throws: `.cancelled` if the caller was cancelled before any of it was sent, and `.unclear` if only a part of it
    ///   was done. Once a part is on its way, its end is waited for.
    func edit(
        _ wanted: TagEdit, in line: Stage.Line, run: CallSequence? = nil
    ) async throws(KeapFailure) -> [TagID: TagAnswer] {
        try await askForAccount(line)
        var edit = wanted
        edit.isAlone = isSuspect(edit.contact)
        let wakeup = AsyncSignal()
        let ticket = admission.arrive(
            edit, line.urgency, for: line.party, rank: run?.rank, mayGather: run?.mayGather(edit) ?? false)
        run?.keep(rank: ticket.rank)
        (wakeups[ticket], runs[ticket]) = (wakeup, run)
        defer {
            (wakeups[ticket], runs[ticket]) = (nil, nil)
            failedEdits[ticket] = nil
            callNext()
        }
        while !Task.isCancelled {
            if let result = ended(ticket) { return try result.get() }
            switch admission.ask(ticket, at: clock.now) {
            case .go(let pass): await lead(pass)
            case .wait:
                // By asking it may have let another edit lead. Never its own wakeup: it would ask again at once, for as long as
                // a half-open probe is under way.
                if admission.head != ticket { callNext() }
                await wakeup.wait()
            case .waitUntil(let instant): await sleep(until: instant, or: wakeup)
            }
        }
        if let result = ended(ticket) { return try result.get() }
        if let result = admission.withdraw(ticket, .cancelled) { return try result.get() }
        while true {
            await wakeup.waitThroughCancellation()
            if let result = ended(ticket) { return try result.get() }
        }
    }

    private func ended(_ ticket: Stage.Ticket) -> PendingTagEdit.Result? {
        guard let result = endedEdits.removeValue(forKey: ticket) else { return nil }
        let failed = failedEdits.removeValue(forKey: ticket)
        if case .failure = result { AttemptLog.current?.ended(failed) } else { AttemptLog.current?.ended(nil) }
        return result
    }

    private func lead(_ admitted: Stage.Pass) async {
        var pass = admitted
        let begun: Budget.Permit?
        do throws(KeapFailure) {
            begun = try await begin(&pass)
        } catch {
            // A leader has nothing under way, so this ends it. Another one leads, and finds out for itself.
            endedEdits[pass.ticket] = admission.withdraw(pass.ticket, error)
            return callNext()
        }
        guard let permit = begun else { return }
        guard runs[pass.ticket]?.begin() != false else {
            await budget.giveBack(permit)
            leave(pass, .nothing)
            endedEdits[pass.ticket] = admission.withdraw(pass.ticket, .cancelled)
            return callNext()
        }
        let load = admission.load(pass)
        // Those that ride along are under way from here on. One that was called off may still be among them.
        for ticket in load.tickets.values where ticket != pass.ticket { _ = runs[ticket]?.begin() }
        merging.count(load)
        callNext()
        let hold = await hold(load.contacts)
        let call = await send(load, in: pass.ticket.line, permit)
        end(hold)
        // In an outage nothing is learned from asking for each alone: it would only make a hundred calls of one.
        let isWell = admission.circuit.isWell
        leave(pass, CircuitBreaker.Outcome(call))
        judge(load.tickets.keys, isFailed: call.failed != nil)
        switch call.result {
        case .success(let outcomes): land(load, outcomes)
        // Back to where they waited; the budget is closed now.
        case .throttled: land(load, load.all(.again))
        case .failure(let failure) where failure.mayBlameOneContact && load.tickets.count > 1:
            await findGuilty(in: load, failure, pass.ticket.line)
        // Keap stumbled over one of them. Doing it twice does no harm, so each is asked for alone.
        case .failure where call.failed != nil && call.isAnswered && isWell && load.tickets.count > 1:
            land(load, load.all(.alone))
        case .failure(let failure): land(load, load.all(.failed(failure)), call.failed)
        }
        await probeHealth(pass.ticket.line)
    }

    private func send(
        _ load: Stage.Load, in line: Stage.Line, _ permit: Budget.Permit
    ) async -> SentCall<[TagEdge: EdgeOutcome]> {
        let request: APIRequest
        do throws(KeapFailure) {
            request = try load.request()
        } catch {
            await budget.giveBack(permit)
            return SentCall(result: .failure(error), wasSent: false)
        }
        let alone = load.tickets.count == 1 ? load.tickets.keys.first : nil
        let subject = alone.map { FailureScope.contact($0) } ?? .request(of: request)
        return await send(request, about: subject, in: line, permit) { (response) throws(KeapFailure) in
            try load.read(response)
        }
    }

    /// - Parameter failed: the call, if Keap neither did it nor refused it.
    private func land(_ load: Stage.Load, _ outcomes: [TagEdge: EdgeOutcome], _ failed: FailedCall? = nil) {
        var failed = failed
        // Of several contacts none can be told to be the one.
        if load.tickets.count > 1 { failed?.subject = nil }
        if let failed { for ticket in load.tickets.values { failedEdits[ticket] = failed } }
        for (ticket, result) in admission.land(load, outcomes) {
            merging.edits += 1
            endedEdits[ticket] = result
            wakeups[ticket]?.signal()
        }
        callNext()
    }

    // MARK: A refused batch

    /// Keap refuses a batch as a whole and does not say for whose sake. If the tag is gone, reading it says so; else the
    /// batch is halved until the contact it was refused for stands alone.
    private func findGuilty(in load: Stage.Load, _ refusal: KeapFailure, _ line: Stage.Line) async {
        guard case .tag(let tag, let contacts) = load.call else {
            preconditionFailure("a call that carries several contacts is of a tag")
        }
        var reading: SentCall<Void>?
        do throws(KeapFailure) {
            let call = try await send(try .readTag(tag), naming: .none, in: line) { (response) throws(KeapFailure) in
                try response.confirm()
            }
            reading = call
            merging.calls += 1
            try call.result.get()
        } catch {
            switch error {
            case .gone: land(load, load.all(load.outcomeOfGoneTag))
            default: land(load, load.all(EdgeOutcome(unsent: error)), reading?.failed)
            }
            return
        }
        await halve(load, contacts[...], refusal, line)
    }

    /// Its contacts are the load's until they have landed, so the parts need claim none.
    private func halve(
        _ load: Stage.Load, _ contacts: ArraySlice<ContactID>, _ refusal: KeapFailure, _ line: Stage.Line
    ) async {
        guard contacts.count > 1 else {
            let part = load.part(contacts)
            return land(part, part.all(part.outcome(ofGuilty: refusal)))
        }
        let middle = contacts.startIndex + contacts.count / 2
        for half in [contacts[..<middle], contacts[middle...]] {
            let part = load.part(half)
            let call: SentCall<[TagEdge: EdgeOutcome]>
            do throws(KeapFailure) {
                call = try await sendInTurn(try part.request(), naming: .none, in: line, partOf: part.contacts) {
                    (response) throws(KeapFailure) in
                    try part.read(response)
                }
                merging.count(part)
            } catch {
                land(part, part.all(EdgeOutcome(unsent: error)))
                continue
            }
            switch call.result {
            case .success(let outcomes): land(part, outcomes)
            case .throttled: land(part, part.all(.again))
            case .failure(let failure) where failure.mayBlameOneContact: await halve(load, half, failure, line)
            case .failure where call.failed != nil && call.isAnswered: land(part, part.all(.alone))
            case .failure(let failure): land(part, part.all(.failed(failure)), call.failed)
            }
        }
    }
}

extension EdgeOutcome {
    /// Outcome for edges of a call that was not sent. If its leader was cancelled, the others' edges wait again.
    fileprivate init(unsent failure: KeapFailure) {
        self = failure == .cancelled ? .again : .failed(failure)
    }
}

extension TagBatch {
    /// A tag that is gone is on no contact.
    fileprivate var outcomeOfGoneTag: EdgeOutcome { .answered(direction == .apply ? .tagGone : .applied) }

    /// Of a contact for whose sake alone Keap refused.
    fileprivate func outcome(ofGuilty refusal: KeapFailure) -> EdgeOutcome {
        guard direction == .apply else {
            return .failed(refusal.saysContactGone ? .gone(message: refusal.message) : refusal)
        }
        return .answered(refusal.saysContactGone ? .contactGone : .refused(refusal.message))
    }
}
