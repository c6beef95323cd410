package import AsyncPrimitives
package import Clocks

/// Performs what a scheduler of calls decides: waits, takes permits, sends, and tells budget, circuit and counters how it
/// ended. Belongs to one actor, whose isolation it keeps to.
package final class CallRunner<Scheduler: CallScheduler, Budget: CallBudget> {
    package var queue: Scheduler
    package var evidence = PeerEvidence()
    package private(set) var endpoints: [APIEndpoint: EndpointCounters] = [:]
    package let budget: Budget
    package let clock: any TimeSource
    private let transport: AuthorizedTransport
    private let settings: CallSettings
    private let headers: any AnswerHeaders.Type
    private let answered: @Sendable (_ account: String?, _ isSuccess: Bool) async -> Void
    private var signals: [CallTicket: AsyncSignal] = [:]

    /// - Parameters:
    ///   - headers: reads what the API's answers say beside their content.
    ///   - clock: measures all waits, and tells when a minute or a day of the API's ends.
    ///   - answered: told of every answer, before anything else is done for it.
    package init(
        _ queue: Scheduler, transport: AuthorizedTransport, budget: Budget, settings: CallSettings,
        clock: any TimeSource, headers: any AnswerHeaders.Type,
        answered: @escaping @Sendable (_ account: String?, _ isSuccess: Bool) async -> Void = { _, _ in }
    ) {
        self.queue = queue
        self.transport = transport
        self.budget = budget
        self.settings = settings
        self.clock = clock
        self.headers = headers
        self.answered = answered
    }

    // MARK: Waiting

    /// Returns once the call's turn has come and it has its permit: it has started. `finish` must follow.
    nonisolated(nonsending) package func enter(
        _ ticket: CallTicket
    ) async throws(CallNotSent) -> (pass: CallPass, permit: Budget.Permit) {
        let signal = signal(for: ticket)
        defer { forget(ticket) }
        while !Task.isCancelled {
            switch queue.ask(ticket, at: clock.now) {
            case .go(var pass):
                do throws(CallNotSent) {
                    if let permit = try await start(&pass) { return (pass, permit) }
                } catch {
                    queue.cancel(ticket)
                    throw error
                }
            case .wait: await signal.wait()
            case .waitUntil(let instant): await sleep(until: instant, or: signal)
            case .refuse(let reason):
                queue.cancel(ticket)
                throw .heldBack(reason: reason)
            }
        }
        queue.cancel(ticket)
        throw .cancelled
    }

    /// Takes a permit and starts. Nil: it could not start, and is back in the queue. After a throw it is in none.
    nonisolated(nonsending) package func start(_ pass: inout CallPass) async throws(CallNotSent) -> Budget.Permit? {
        // While this one waits for its permit, the next may come as far.
        callNext()
        let permit: Budget.Permit
        do throws(CallNotSent) {
            permit = try await takePermit(pass.ticket.line, rank: pass.position)
        } catch {
            queue.abort(pass)
            throw error
        }
        if queue.start(&pass, callsSoon: budget.callsSoon(after: permit), at: clock.now) { return permit }
        await budget.release(permit)
        // It may not be the one to go next any more.
        callNext()
        return nil
    }

    package func finish(_ pass: CallPass, _ outcome: CircuitBreaker.Outcome) {
        queue.finish(pass, outcome, at: clock.now)
        callNext()
    }

    package func callNext() {
        guard let head = queue.head else { return }
        signals[head]?.signal()
    }

    /// What wakes the task that waits with this ticket; until `forget`.
    package func signal(for ticket: CallTicket) -> AsyncSignal {
        let signal = AsyncSignal()
        signals[ticket] = signal
        return signal
    }

    package func wake(_ ticket: CallTicket) { signals[ticket]?.signal() }

    package func forget(_ ticket: CallTicket) {
        signals[ticket] = nil
        callNext()
    }

    nonisolated(nonsending) package func sleep(until instant: Instant, or signal: AsyncSignal) async {
        await clock.run(until: instant) { await signal.wait() }
    }

    /// - Parameter rank: the position among its line's calls that wait for a permit: a lower one goes first.
    nonisolated(nonsending) private func takePermit(
        _ line: CallLine, rank: UInt64
    ) async throws(CallNotSent) -> Budget.Permit {
        do {
            return try await budget.take(line.urgency, for: line.share, rank: rank)
        } catch {
            if error is CancellationError { throw .cancelled }
            throw .noPermit(reason: "The budget gave no permit: \(error)")
        }
    }

    // MARK: Sending

    /// Makes the call of a permit. Where its credentials are refused and there are others by then, it is made once more.
    ///
    /// - Parameters:
    ///   - scope: what a failure may be specific to; nil if any call would have failed.
    ///   - recorders: of other attempts that it is made for.
    ///   - read: what the answer, or its absence, means.
    nonisolated(nonsending) package func send<Answer: Sendable>(
        _ request: APIRequest, about scope: FailureScope?, in line: CallLine, _ permit: Budget.Permit,
        besides recorders: [any CallRecorder] = [],
        _ read: (Result<APIResponse, TransportFailure>) -> (answer: Answer, meaning: CallMeaning)
    ) async -> CallEnd<Answer> {
        var (call, credentials) = await sendOnce(request, about: scope, permit, recorders, read)
        guard case .unauthorized = call.meaning, let credentials else { return call }
        switch await transport.rejected(credentials) {
        case .final: return call
        case .waiting:
            // The circuit breaker would have calls wait for a try, though it is known what they wait for.
            call.meaning = .unsent
            return call
        case .others:
            // A call of its own, so it takes a permit of its own, before all others: it is under way, and live calls may
            // wait for its record.
            guard let second = try? await takePermit(line.live, rank: 0) else {
                call.meaning = .unsent
                return call
            }
            return await sendOnce(request, about: scope, second, recorders, read).call
        }
    }

    /// - Returns: also what an answered request was sent with.
    nonisolated(nonsending) private func sendOnce<Answer: Sendable>(
        _ request: APIRequest, about scope: FailureScope?, _ permit: Budget.Permit,
        _ recorders: [any CallRecorder],
        _ read: (Result<APIResponse, TransportFailure>) -> (answer: Answer, meaning: CallMeaning)
    ) async -> (call: CallEnd<Answer>, credentials: Credentials?) {
        let begun = clock.now
        let deadline = request.endpoint.isSlow ? settings.slowTimeout : settings.timeout
        let kind = CallKind.call(request.endpoint)
        var call: CallEnd<Answer>
        var sentWith: Credentials?
        do throws(TransportFailure) {
            let (response, credentials) = try await transport.send(request, deadline: deadline)
            record(request, .success(response), since: begun, besides: recorders)
            sentWith = credentials
            let headers = headers.init(response.headers)
            AttemptLog.current?.saw(status: response.status, account: headers.account)
            await answered(headers.account, response.isSuccess)
            let reading = read(.success(response))
            call = CallEnd(reading.answer, reading.meaning)
            call.isAnswered = true
            if case .doubtful = call.meaning {
                call.failed = evidence.failed(kind, scope, pause: headers.pause(now: clock.wall.milliseconds))
            }
            if call.meaning == .throttled {
                // Before the permit ends, so that no call slips through between.
                let reopening = headers.reopening(now: clock.wall.milliseconds)
                if headers.isTenantExhausted {
                    await budget.close(tenantOf: permit, until: reopening)
                } else {
                    await budget.close(until: reopening)
                }
            }
            await budget.finished(permit, learned: headers.reportedLimits)
        } catch {
            record(request, .failure(error), since: begun, besides: recorders)
            let reading = read(.failure(error))
            call = CallEnd(reading.answer, reading.meaning)
            switch error {
            case .notSent:
                // That the API cannot be reached is about no record; and what never reached it was not counted there.
                call.isReached = false
                call.failed = evidence.failed(kind, nil)
                await budget.release(permit)
            case .unclear:
                // One record may take the API too long to answer.
                call.failed = evidence.failed(kind, scope)
                await budget.finished(permit, learned: nil)
            }
        }
        if call.meaning == .success { evidence.succeeded(kind, scope) }
        endpoints[request.endpoint, default: EndpointCounters()].count(
            call.meaning, took: begun.duration(to: clock.now))
        return (call, sentWith)
    }

    private func record(
        _ request: APIRequest, _ result: Result<APIResponse, TransportFailure>, since begun: Instant,
        besides recorders: [any CallRecorder]
    ) {
        let own = AttemptLog.current?.recorder
        guard own != nil || !recorders.isEmpty else { return }
        var call = EndedCall(request: request, result: result, took: begun.duration(to: clock.now))
        call.sharers = recorders.count + (own == nil ? 0 : 1)
        own?.ended(call)
        for recorder in recorders { recorder.ended(call) }
    }
}
