package import Clocks
package import OutboundAPI
package import RateLimits

/// Calls on one ChartMogul account.
package protocol ChartMogulAPI: Sendable {
    /// Makes one call, when its turn has come. Once sent, it runs to its end, since it may have been done.
    ///
    /// - Parameter begin: asked right before it is sent; false: it is not sent, and `.cancelled` is thrown.
    func perform<Answer: Sendable>(
        _ call: MogulCall<Answer>, urgency: Urgency, begin: @Sendable () -> Bool
    ) async throws(ChartMogulFailure) -> Answer
}

/// All calls on one ChartMogul account pass here: circuits, a slot, the budget, and only then the wire.
package actor ChartMogulGateway<Budget: CallBudget>: ChartMogulAPI {
    private let calls: CallRunner<CallQueue, Budget>

    package init(
        transport: any HTTPTransport, authorizer: any Authorizer, budget: Budget,
        settings: CallSettings = ChartMogulLimits.settings, clock: any TimeSource
    ) {
        calls = CallRunner(
            CallQueue(slots: settings.concurrency), transport: AuthorizedTransport(transport, authorizer),
            budget: budget, settings: settings, clock: clock, headers: ChartMogulHeaders.self)
    }

    package func perform<Answer: Sendable>(
        _ call: MogulCall<Answer>, urgency: Urgency, begin: @Sendable () -> Bool
    ) async throws(ChartMogulFailure) -> Answer {
        let line = CallLine(urgency: urgency, share: .sole)
        let ticket = calls.queue.enqueue(line, of: call.request.endpoint)
        let (pass, permit): (CallPass, Budget.Permit)
        do throws(CallNotSent) {
            (pass, permit) = try await calls.enter(ticket)
        } catch {
            AttemptLog.current?.ended(nil)
            switch error {
            case .cancelled: throw .cancelled
            case .noPermit(let reason), .heldBack(let reason): throw .unavailable(reason: reason)
            }
        }
        guard begin() else {
            await calls.budget.release(permit)
            calls.finish(pass, .nothing)
            throw .cancelled
        }
        let end = await calls.send(call.request, about: call.scope, in: line, permit) { call.outcome($0) }
        calls.finish(pass, CircuitBreaker.Outcome(end))
        AttemptLog.current?.ended(end.failed)
        return try end.answer.get()
    }

    /// Why all calls wait; closed: they do not.
    package var circuit: CircuitReport { calls.queue.breakers.account.report(at: calls.clock.now) }

    /// Calls under way, and those that wait for a slot or for the budget.
    package var load: (inFlight: Int, waiting: Int) { (calls.queue.inFlight, calls.queue.waiting) }

    package func counters() -> [APIEndpoint: EndpointCounters] { calls.endpoints }

    /// Why calls of an endpoint wait whose calls alone fail.
    package var failingEndpoints: [APIEndpoint: CircuitReport] {
        calls.queue.breakers.failing.mapValues { $0.report(at: calls.clock.now) }
    }

    /// The endpoint whose calls alone fail, and are refused for now, if this was one of them.
    package func failingEndpoint(of call: FailedCall) -> APIEndpoint? {
        guard case .call(let endpoint) = call.kind, calls.queue.breakers.failing[endpoint] != nil else { return nil }
        return endpoint
    }

    package func othersGoWell(since call: FailedCall) -> Bool { calls.evidence.othersGoWell(since: call) }
    package func deliveryWentWell(in lane: UInt64) { calls.evidence.succeeded(.delivery, .lane(lane)) }
    package func deliveryFailed(in lane: UInt64) -> FailedCall { calls.evidence.failed(.delivery, .lane(lane)) }
}

/// Below what ChartMogul counts: 40 calls a second and 20 at once.
package enum ChartMogulLimits {
    package static let perSecond = 20
    package static let concurrency = 8

    package static var settings: CallSettings {
        var settings = CallSettings()
        settings.concurrency = concurrency
        return settings
    }
}
