package import ChartMogul
package import Keap

/// What follows from a call that failed.
package enum FeedReaction: Hashable, Sendable {
    case goOn
    /// What it names was made just now, and may not be there everywhere yet.
    case wait(seconds: Int)
    case stop
}

extension FeedPlanner {
    static let mostWaits = 6

    package mutating func failed(_ step: FeedStep, _ failure: ChartMogulFailure) -> FeedReaction {
        switch failure {
        case .gone(let message): gone(step, message)
        case .refused(_, let message): refused(step, message)
        case .unavailable, .unclear, .unauthorized, .cancelled: .stop
        }
    }

    private mutating func gone(_ step: FeedStep, _ message: String) -> FeedReaction {
        switch step {
        case .deleteEvent, .deleteCustomer, .removeRawEmail: took(step)
        case .fix(let order, let fix):
            fixes[order.text] = nil
            if case .delete = fix { tookFix(fix, order) } else { return later(FeedStep.key(order), step, message) }
        case .createInvoices(_, let orders, let contact, _):
            for order in orders { settle(FeedStep.key(order)) }
            return lost(contact, step, message)
        case .updateCustomer(let contact, _, _), .writeRawEmail(let contact, _, _): return lost(contact, step, message)
        case .merge(let contact, _, _):
            let reaction = later(FeedStep.mergeKey(contact), step, message)
            if reaction == .goOn { mustFind[FeedStep.mergeKey(contact)] = message }
            return reaction
        case .createEvent(let event): return later(FeedStep.key(event: event.externalID), step, message)
        case .dataSource, .plan, .findCustomer, .findInvoice, .findEvent, .createCustomer: return .stop
        }
        return .goOn
    }

    /// A customer that is not there: not yet, or not any more.
    private mutating func lost(_ contact: ContactID, _ step: FeedStep, _ message: String) -> FeedReaction {
        let key = FeedStep.key(contact)
        if fresh.contains(key) { return later(key, step, message) }
        // Once: it may live on under another uuid, or must be made again, with its invoices.
        fresh.insert(key)
        let uuid = state.customers[contact.text]?.uuid
        for (id, sent) in state.customers where sent.uuid == uuid { state.customers[id] = nil }
        state.intents.insert(key)
        fresh.remove(key)
        return .goOn
    }

    private mutating func later(_ key: String, _ step: FeedStep, _ message: String) -> FeedReaction {
        waits[key, default: 0] += 1
        let count = waits[key] ?? 1
        if count <= Self.mostWaits { return .wait(seconds: 1 << min(count - 1, 3)) }
        refuse(key, "ChartMogul does not know what it was asked to \(step.doing): \(message)")
        return .goOn
    }

    private mutating func refused(_ step: FeedStep, _ message: String) -> FeedReaction {
        let words = "ChartMogul refused to \(step.doing): \(message)"
        switch step {
        case .createCustomer(let contact, _):
            mustFind[FeedStep.key(contact)] = message
        case .createInvoices(let bodies, let orders, _, _):
            if orders.count > 1 {
                goesOneByOne = true
                for order in orders { settle(FeedStep.key(order)) }
            } else if let body = bodies.first, let order = orders.first {
                tookInvoices([ImportedInvoice(externalID: body.externalID, errors: [message])], step)
                if mustFind[FeedStep.key(order)] == nil, !refusesTrials { refuse(FeedStep.key(order), words) }
            }
        case .createEvent(let event): mustFind[FeedStep.key(event: event.externalID)] = message
        case .merge(let contact, _, _): refuse(FeedStep.mergeKey(contact), words)
        case .updateCustomer(let contact, _, _), .writeRawEmail(let contact, _, _), .removeRawEmail(let contact, _),
            .deleteCustomer(let contact, _):
            refuse(FeedStep.key(contact), words)
        case .fix(let order, _):
            fixes[order.text] = nil
            refuse(FeedStep.key(order), words)
        case .deleteEvent(let id): refuse(FeedStep.key(event: id), words)
        case .plan(let plan):
            let orders = desired.invoices.filter { $0.body.lines.contains { $0.plan == plan.externalID } }.map(\.order)
            refusals.append(words)
            for order in orders { giveUp(FeedStep.key(order)) }
        case .dataSource, .findCustomer, .findInvoice, .findEvent: return .stop
        }
        return .goOn
    }
}
