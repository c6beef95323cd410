import AsyncPrimitives
import OutboundAPI
import RateLimits

/// Tag edits of single contacts. Their callers wait; the one that leads gets a permit and makes a call for all whose edges
/// go with its own.
extension KeapGateway {
    /// Puts tags on a contact, or takes them off. A removal that is done is answered as `.applied`.
    ///
    /// - Throws: `.cancelled` if the caller was cancelled before any of it was sent, and `.unclear` if only a part of it
    ///   was done. Once a part is on its way, its end is waited for.
    func edit(
        _ wanted: TagEdit, in line: CallLine, run: CallSequence? = nil
    ) async throws(KeapFailure) -> [TagID: TagAnswer] {
        try await askForAccount(line)
        var edit = wanted
        edit.isUnbatchable = isSuspect(edit.contact)
        let ticket = calls.queue.enqueue(
            edit, line.urgency, for: line.share, rank: run?.rank, mayGather: run?.mayGather(edit) ?? false)
        let signal = calls.signal(for: ticket)
        run?.keep(rank: ticket.rank)
        runs[ticket] = run
        if let recorder = AttemptLog.current?.recorder { recorders[ticket] = recorder }
        defer {
            (runs[ticket], failedEdits[ticket], recorders[ticket]) = (nil, nil, nil)
            calls.forget(ticket)
        }
        while !Task.isCancelled {
            if let result = ended(ticket) { return try result.get() }
            switch calls.queue.ask(ticket, at: calls.clock.now) {
            case .go(let pass): await lead(pass)
            case .wait:
                // By asking it may have let another edit lead. Never its own signal: it would ask again at once, for as long
                // as a half-open probe is under way.
                if calls.queue.head != ticket { calls.callNext() }
                await signal.wait()
            case .waitUntil(let instant): await calls.sleep(until: instant, or: signal)
            case .refuse(let reason): end(ticket, unsent: .heldBack(reason: reason))
            }
        }
        if let result = ended(ticket) { return try result.get() }
        if let result = calls.queue.withdraw(ticket, .cancelled) { return try result.get() }
        while true {
            await signal.waitThroughCancellation()
            if let result = ended(ticket) { return try result.get() }
        }
    }

    private func ended(_ ticket: CallTicket) -> PendingTagEdit.Result? {
        guard let result = endedEdits.removeValue(forKey: ticket) else { return nil }
        let failed = failedEdits.removeValue(forKey: ticket)
        if case .failure = result { AttemptLog.current?.ended(failed) } else { AttemptLog.current?.ended(nil) }
        return result
    }

    private func lead(_ admitted: CallPass) async {
        var pass = admitted
        let started: Budget.Permit?
        do throws(CallNotSent) {
            started = try await calls.start(&pass)
        } catch {
            return end(pass.ticket, unsent: error)
        }
        guard let permit = started else { return }
        guard runs[pass.ticket]?.begin() != false else {
            await calls.budget.release(permit)
            calls.finish(pass, .nothing)
            return end(pass.ticket, unsent: .cancelled)
        }
        let batch = calls.queue.formBatch(pass)
        // Those that ride along are under way from here on. One that was called off may still be among them.
        for ticket in batch.tickets.values where ticket != pass.ticket { _ = runs[ticket]?.begin() }
        merging.count(batch)
        calls.callNext()
        let hold = await hold(batch.contacts)
        let call = await send(batch, ledBy: pass.ticket, permit)
        end(hold)
        // In an outage nothing is learned from asking for each alone: it would only make a hundred calls of one.
        let isWell = calls.queue.breakers.account.isWell
        calls.finish(pass, CircuitBreaker.Outcome(call))
        judge(batch.tickets.keys, isFailed: call.failed != nil)
        switch call.answer {
        case .success(let outcomes): complete(batch, outcomes)
        // Back to where they waited; the budget is closed now.
        case .failure where call.meaning == .throttled: complete(batch, batch.all(.again))
        case .failure(let failure) where failure.mayBlameOneContact && batch.tickets.count > 1:
            await bisect(batch, failure, pass.ticket.line.live)
        // Keap stumbled over one of them. Doing it twice does no harm, so each is asked for alone.
        case .failure where call.failed != nil && call.isAnswered && isWell && batch.tickets.count > 1:
            complete(batch, batch.all(.alone))
        case .failure(let failure): complete(batch, batch.all(.failed(failure)), call.failed)
        }
        await probeHealth(pass.ticket.line)
    }

    /// A leader has nothing under way, so this ends it. Another one leads, and finds out for itself.
    private func end(_ leader: CallTicket, unsent reason: CallNotSent) {
        endedEdits[leader] = calls.queue.withdraw(leader, KeapFailure(reason))
        calls.callNext()
    }

    private func send(
        _ batch: TagBatch<CallTicket>, ledBy leader: CallTicket, _ permit: Budget.Permit
    ) async -> KeapCall<[TagEdge: EdgeOutcome]> {
        let request: APIRequest
        do throws(KeapFailure) {
            request = try batch.request()
        } catch {
            await calls.budget.release(permit)
            return CallEnd(.failure(error), .unsent)
        }
        let alone = batch.tickets.count == 1 ? batch.tickets.keys.first : nil
        let scope = alone.map { FailureScope.contact($0) } ?? .request(of: request)
        let others = recorders.isEmpty ? [] : batch.tickets.values.filter { $0 != leader }.compactMap { recorders[$0] }
        return await send(request, about: scope, in: leader.line, permit, besides: others) {
            (response) throws(KeapFailure) in
            try batch.read(response)
        }
    }

    /// - Parameter failed: the call, if Keap neither did it nor refused it.
    private func complete(
        _ batch: TagBatch<CallTicket>, _ outcomes: [TagEdge: EdgeOutcome], _ failed: FailedCall? = nil
    ) {
        var failed = failed
        // Of several contacts none can be told to be the one.
        if batch.tickets.count > 1 { failed?.subject = nil }
        if let failed { for ticket in batch.tickets.values { failedEdits[ticket] = failed } }
        for (ticket, result) in calls.queue.complete(batch, outcomes) {
            merging.edits += 1
            endedEdits[ticket] = result
            calls.wake(ticket)
        }
        calls.callNext()
    }

    // MARK: A refused batch

    /// Keap refuses a batch as a whole and does not say for whose sake. If the tag is gone, reading it says so; else the
    /// batch is halved until the contact it was refused for stands alone. All of that goes before bulk calls: live ones may
    /// wait for any of the contacts.
    private func bisect(_ batch: TagBatch<CallTicket>, _ refusal: KeapFailure, _ line: CallLine) async {
        guard case .tag(let tag, let contacts) = batch.call else {
            preconditionFailure("a call that carries several contacts is of a tag")
        }
        var reading: KeapCall<Void>?
        do throws(KeapFailure) {
            let call = try await send(try .readTag(tag), naming: .none, in: line) { (response) throws(KeapFailure) in
                try response.confirm()
            }
            reading = call
            merging.calls += 1
            try call.answer.get()
        } catch {
            switch error {
            case .gone: complete(batch, batch.all(batch.outcomeOfGoneTag))
            default: complete(batch, batch.all(EdgeOutcome(unsent: error)), reading?.failed)
            }
            return
        }
        await halve(batch, contacts[...], refusal, line)
    }

    /// Its contacts are the batch's until that is complete, so the parts need claim none.
    private func halve(
        _ batch: TagBatch<CallTicket>, _ contacts: ArraySlice<ContactID>, _ refusal: KeapFailure, _ line: CallLine
    ) async {
        guard contacts.count > 1 else {
            let part = batch.part(contacts)
            return complete(part, part.all(part.outcome(ofRefused: refusal)))
        }
        let middle = contacts.startIndex + contacts.count / 2
        for half in [contacts[..<middle], contacts[middle...]] {
            let part = batch.part(half)
            let call: KeapCall<[TagEdge: EdgeOutcome]>
            do throws(KeapFailure) {
                call = try await sendInTurn(try part.request(), naming: .none, in: line, partOf: part.contacts) {
                    (response) throws(KeapFailure) in
                    try part.read(response)
                }
                merging.count(part)
            } catch {
                complete(part, part.all(EdgeOutcome(unsent: error)))
                continue
            }
            switch call.answer {
            case .success(let outcomes): complete(part, outcomes)
            case .failure where call.meaning == .throttled: complete(part, part.all(.again))
            case .failure(let failure) where failure.mayBlameOneContact: await halve(batch, half, failure, line)
            case .failure where call.failed != nil && call.isAnswered: complete(part, part.all(.alone))
            case .failure(let failure): complete(part, part.all(.failed(failure)), call.failed)
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
    fileprivate func outcome(ofRefused refusal: KeapFailure) -> EdgeOutcome {
        guard direction == .apply else {
            return .failed(refusal.saysContactGone ? .gone(message: refusal.message) : refusal)
        }
        return .answered(refusal.saysContactGone ? .contactGone : .refused(refusal.message))
    }
}
