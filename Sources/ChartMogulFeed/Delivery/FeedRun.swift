package import ChartMogul
package import Connectors
package import Keap

/// One attempt to deliver readings: asks the planner for the next step, does it, and tells the planner what came of it.
package struct FeedRun {
    private var state: FeedState
    private var planner: FeedPlanner
    private let settings: FeedSettings
    private let shared: SharedBooks
    private let caller: FeedCaller
    private let job: UInt64
    private let now: Int64
    private let save: @Sendable ([UInt8]) async throws -> Void
    private let rest: @Sendable (Duration) async -> Void

    /// No plan is longer; one that is goes in circles.
    static let mostSteps = 5_000

    /// - Parameters:
    ///   - state: with the change's facts.
    ///   - job: see `FeedPlanner`.
    ///   - now: milliseconds since 1970.
    ///   - save: makes a state durable before it returns.
    ///   - rest: waits for what was made just now to be there everywhere.
    package init(
        _ state: FeedState, _ change: BillingChange, settings: FeedSettings, shared: SharedBooks, caller: FeedCaller,
        job: UInt64 = 0, now: Int64, save: @escaping @Sendable ([UInt8]) async throws -> Void,
        rest: @escaping @Sendable (Duration) async -> Void
    ) {
        (self.state, self.settings, self.shared, self.caller) = (state, settings, shared, caller)
        (self.job, self.now, self.save, self.rest) = (job, now, save, rest)
        planner = Self.planner(state, settings, shared, now, job)
    }

    private static func planner(
        _ state: FeedState, _ settings: FeedSettings, _ shared: SharedBooks, _ now: Int64, _ job: UInt64
    ) -> FeedPlanner {
        let desired = BillingRules.desired(
            state.facts, settings, now: now, known: state.foldedSubscriptions, takesTrialLines: shared.takesTrialLines)
        return FeedPlanner(state, desired, job: job)
    }

    package mutating func deliver() async -> Delivery {
        for _ in 0..<Self.mostSteps {
            guard let step = planner.next() else { return finished() }
            if planner.begin(step) {
                do {
                    try await save(planner.state.bytes)
                } catch is CancellationError {
                    return .interrupted(state: planner.state.bytes)
                } catch {
                    return .retry(
                        reason: "What had to be kept could not be saved: \(error)", state: planner.state.bytes,
                        isDoubtful: false)
                }
            }
            do throws(ChartMogulFailure) {
                try await perform(step)
            } catch {
                switch planner.failed(step, error) {
                case .goOn: break
                case .wait(let seconds): await rest(.seconds(seconds))
                case .stop: return ended(error, step)
                }
            }
            if planner.refusesTrials, shared.takesTrialLines {
                shared.noteNoTrialLines()
                planner = Self.planner(planner.state, settings, shared, now, job)
            }
        }
        return .retry(
            reason: "ChartMogul contradicts itself: its books were not right after \(Self.mostSteps) steps.",
            state: planner.state.bytes, isDoubtful: true)
    }

    private mutating func perform(_ step: FeedStep) async throws(ChartMogulFailure) {
        let source = planner.dataSource ?? ""
        switch step {
        case .dataSource:
            planner.know(dataSource: try await shared.dataSource(named: settings.dataSource, caller))
            return
        case .plan(let plan):
            let uuid = try await shared.plan(plan, in: source, caller)
            planner.know(plan: plan.externalID, uuid: uuid)
            return
        case .findCustomer(let contact):
            let call = MogulCall.customers(externalID: ExternalID.customer(contact), in: source)
            planner.tookSearch(try await caller.perform(call).items.first, for: contact)
            return
        case .createCustomer(let contact, let body):
            planner.tookCustomer(try await caller.perform(.createCustomer(body, in: source)), contact, body)
            return
        case .createInvoices(let bodies, _, let contact, let uuid):
            let call = MogulCall.createInvoices(
                bodies, of: uuid, ExternalID.customer(contact), in: source, plans: planner.plans)
            planner.tookInvoices(try await caller.perform(call), step)
            return
        case .findInvoice(let order):
            let call = MogulCall.invoices(externalID: ExternalID.invoice(order), in: source)
            let found = try await caller.perform(call).items.first
            planner.tookSearch(found, for: order)
            return
        case .findEvent(let id):
            planner.tookSearch(try await caller.perform(.events(externalID: id, in: source)).items.first, forEvent: id)
            return
        case .updateCustomer(_, let uuid, let body): try await caller.perform(.updateCustomer(uuid, body))
        case .writeRawEmail(_, let uuid, let text):
            try await caller.perform(.writeAttributes([CustomerBody.rawEmail: text], of: uuid))
        case .removeRawEmail(_, let uuid): try await caller.perform(.removeAttribute(CustomerBody.rawEmail, of: uuid))
        case .deleteCustomer(_, let uuid): try await caller.perform(.deleteCustomer(uuid))
        case .merge(_, let uuid, let into): try await caller.perform(.merge(uuid, into: into))
        case .fix(_, let fix): try await perform(fix, source)
        case .createEvent(let event): try await caller.perform(.createEvent(event, in: source))
        case .deleteEvent(let id): try await caller.perform(.deleteEvent(id, in: source))
        }
        planner.took(step)
    }

    private func perform(_ fix: InvoiceFix, _ source: String) async throws(ChartMogulFailure) {
        func plan(_ line: LineBody) -> String? { line.plan.flatMap { planner.plans[$0] } }
        switch fix {
        case .delete(let uuid): try await caller.perform(.deleteInvoice(uuid))
        case .dates(let uuid, let date, let due): try await caller.perform(.updateInvoice(uuid, date: date, due: due))
        case .createLine(let invoice, let line):
            try await caller.perform(.createLine(line, of: invoice, plan: plan(line)))
        case .updateLine(let uuid, let line): try await caller.perform(.updateLine(uuid, line, plan: plan(line)))
        case .deleteLine(let uuid): try await caller.perform(.deleteLine(uuid))
        case .createTransaction(let invoice, let transaction):
            try await caller.perform(.createTransaction(transaction, of: invoice))
        case .updateTransaction(let uuid, let transaction):
            try await caller.perform(.updateTransaction(uuid, transaction))
        case .deleteTransaction(let uuid): try await caller.perform(.deleteTransaction(uuid))
        case .void(let id): try await caller.perform(.voidInvoice(id, of: source))
        }
    }

    /// Each note is told once.
    private func finished() -> Delivery {
        var state = planner.state
        guard planner.refusals.isEmpty else {
            return .dead(reason: planner.refusals.joined(separator: " "), state: state.bytes)
        }
        var notes: [AttentionNote] = []
        for note in planner.desired.notes {
            let digest = Digest.of(note)
            guard !state.told.contains(digest) else { continue }
            state.told = Array((state.told + [digest]).suffix(FeedState.mostTold))
            notes.append(note)
        }
        state.fold(planner.desired)
        return .done(state: state.bytes, notes: notes)
    }

    private func ended(_ failure: ChartMogulFailure, _ step: FeedStep) -> Delivery {
        failure.delivery(of: step.doing, state: planner.state.bytes)
    }
}
