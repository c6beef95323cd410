import WireFormats

extension Account {
    mutating func perform(_ arrival: Arrival) -> MogulWorld.Answer {
        do throws(Refusal) {
            return try answer(arrival)
        } catch {
            return error.answer
        }
    }

    private mutating func answer(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        guard case .endpoint(let endpoint, _) = arrival.route else {
            throw arrival.route == .otherMethod ? .otherMethod : .nowhere
        }
        switch endpoint {
        case .ping: return MogulWorld.Answer(200, object(["data": .string("pong!")]))
        case .account: return MogulWorld.Answer(200, try accountJSON(arrival))
        case .createSource: return try createSource(arrival)
        case .listSources: return MogulWorld.Answer(200, sourceList(arrival))
        case .getSource: return MogulWorld.Answer(200, json(try source(arrival.id("source")), arrival))
        case .deleteSource:
            removeSource(try source(arrival.id("source")).uuid)
            return .noContent
        case .setInvoiceStatus: return try setInvoiceStatus(arrival)
        case .deleteInvoicesOfCustomer: return try deleteInvoicesOfCustomer(arrival)
        case .createCustomer: return try createCustomer(arrival)
        case .listCustomers: return try listCustomers(arrival)
        case .searchCustomers: return try searchCustomers(arrival)
        case .mergeCustomers: return try mergeCustomers(arrival)
        case .unmergeCustomers: return try unmergeCustomers(arrival)
        case .getCustomer:
            return MogulWorld.Answer(200, json(try customer(arrival.id("customer"), at: arrival.now), at: arrival.now))
        case .updateCustomer: return try updateCustomer(arrival)
        case .deleteCustomer:
            removeCustomer(try customer(arrival.id("customer"), at: arrival.now).uuid)
            return .noContent
        case .addTags, .removeTags: return try changeTags(arrival, isRemoval: endpoint == .removeTags)
        case .addCustom: return try addCustom(arrival)
        case .updateCustom: return try updateCustom(arrival)
        case .removeCustom: return try removeCustom(arrival)
        case .getAttributes:
            return MogulWorld.Answer(
                200, object(["attributes": attributes(of: try customer(arrival.id("customer"), at: arrival.now))]))
        case .connectSubscriptions, .disconnectSubscriptions:
            return try connect(arrival, isConnecting: endpoint == .connectSubscriptions)
        case .subscriptionsOfCustomer: return try subscriptionsOfCustomer(arrival)
        case .createPlan: return try createPlan(arrival)
        case .listPlans: return try listPlans(arrival)
        case .getPlan: return MogulWorld.Answer(200, json(try plan(arrival)))
        case .updatePlan: return try updatePlan(arrival)
        case .deletePlan: return try deletePlan(arrival)
        case .importInvoices: return try importInvoices(arrival)
        case .importedInvoices: return try importedInvoices(arrival)
        case .importedSubscriptions: return try importedSubscriptions(arrival)
        case .listInvoices: return try listInvoices(arrival)
        case .getInvoice: return MogulWorld.Answer(200, json(try invoice(arrival)))
        case .updateInvoice, .updateInvoiceByExternalID: return try updateInvoice(arrival)
        case .deleteInvoice, .deleteInvoiceByExternalID:
            removeInvoice(try invoice(arrival).uuid)
            return .noContent
        case .createLine: return try createLine(arrival)
        case .getLine, .getLineByExternalID: return MogulWorld.Answer(200, json(try line(arrival)))
        case .updateLine, .updateLineByExternalID: return try updateLine(arrival)
        case .deleteLine, .deleteLineByExternalID: return try deleteLine(arrival)
        case .createTransaction: return try createTransaction(arrival)
        case .getTransaction, .getTransactionByExternalID:
            return MogulWorld.Answer(200, json(try transaction(arrival)))
        case .updateTransaction, .updateTransactionByExternalID: return try updateTransaction(arrival)
        case .deleteTransaction, .deleteTransactionByExternalID: return try deleteTransaction(arrival)
        case .createEvent: return try createEvent(arrival)
        case .listEvents: return try listEvents(arrival)
        case .updateEvent: return try updateEvent(arrival)
        case .deleteEvent: return try deleteEvent(arrival)
        case .recurringRevenue: return try recurringRevenue(arrival)
        }
    }
}
