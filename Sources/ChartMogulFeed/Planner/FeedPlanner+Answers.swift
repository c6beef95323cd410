package import ChartMogul
package import Keap

extension FeedPlanner {
    package mutating func tookCustomer(_ found: FoundCustomer, _ contact: ContactID, _ body: CustomerBody) {
        settle(FeedStep.key(contact))
        state.customers[contact.text] = SentCustomer(
            uuid: found.uuid, digest: Digest.of(body), hasRawEmail: body.attributes[CustomerBody.rawEmail] != nil)
    }

    /// The customer of a contact was looked for.
    package mutating func tookSearch(_ found: FoundCustomer?, for contact: ContactID) {
        let (key, merge) = (FeedStep.key(contact), FeedStep.mergeKey(contact))
        let into = desired.merges.first { $0.from == contact }.flatMap { state.customers[$0.into.text] }
        if mustFindMerge(contact) {
            settle(merge)
            // It is one with the other, or it goes under the other's name alone.
            if found == nil || found?.uuid == into?.uuid, let into {
                let old = state.customers[contact.text]?.uuid
                state.customers[contact.text] = into
                if let old, old != into.uuid { moved(from: old, to: into.uuid) }
            } else {
                if let found { state.customers[contact.text]?.uuid = found.uuid }
                fresh.insert(merge)
            }
            return
        }
        if let found {
            settle(key)
            // What it has is not compared: it is written.
            state.customers[contact.text] = SentCustomer(uuid: found.uuid, digest: 0)
        } else {
            notFound(key, doing: "make a customer of contact \(contact)")
        }
    }

    private func mustFindMerge(_ contact: ContactID) -> Bool {
        state.customers[contact.text] != nil && state.intents.contains(FeedStep.mergeKey(contact))
    }

    package mutating func tookInvoices(_ results: [ImportedInvoice], _ step: FeedStep) {
        guard case .createInvoices(let bodies, let orders, let contact, _) = step else { return }
        for (index, (body, order)) in zip(bodies, orders).enumerated() {
            let key = FeedStep.key(order)
            let result =
                results.first { $0.externalID == body.externalID }
                ?? (results.indices.contains(index) ? results[index] : nil)
            guard let result else {
                // It may be there: the next run looks.
                mustFind[key] = mustFind[key] ?? "ChartMogul said nothing of it."
                continue
            }
            guard result.errors.isEmpty else {
                let words = result.errors.joined(separator: "; ")
                let hasTrial = body.lines.contains { $0.kind == .trial }
                if hasTrial, words.contains("type") || words.lowercased().contains("trial") {
                    refusesTrials = true
                    settle(key)
                } else {
                    mustFind[key] = words
                }
                continue
            }
            sent(body, order, contact)
            if body.isVoided { state.invoices[order.text]?.digest = 0 }
        }
    }

    private mutating func sent(_ body: InvoiceBody, _ order: OrderID, _ contact: ContactID, isVoided: Bool = false) {
        settle(FeedStep.key(order))
        state.invoices[order.text] = SentInvoice(digest: Digest.of(body), contact: contact.text, isVoided: isVoided)
        state.subscriptions.formUnion(body.lines.compactMap(\.subscription))
    }

    /// The invoice of an order was looked for.
    package mutating func tookSearch(_ found: FoundInvoice?, for order: OrderID) {
        let key = FeedStep.key(order)
        guard let wanted = desired.invoices.first(where: { $0.order == order }) else {
            guard let found else {
                settle(key)
                state.invoices[order.text] = nil
                return
            }
            fixes[order.text] = [.delete(found.uuid)]
            return
        }
        guard let found, let customer = state.customers[wanted.contact.text] else {
            if state.invoices[order.text] != nil {
                // It was deleted over there.
                state.invoices[order.text] = nil
                settle(key)
            } else {
                notFound(key, doing: "make the invoice of order \(order)")
            }
            return
        }
        let fixes = InvoiceFix.fixes(
            of: found, to: wanted.body, customer: customer.uuid,
            wasVoided: state.invoices[order.text]?.isVoided ?? false, plans: plans)
        if fixes.isEmpty {
            sent(wanted.body, order, wanted.contact, isVoided: wanted.body.isVoided)
        } else {
            self.fixes[order.text] = fixes
        }
    }

    package mutating func tookFix(_ fix: InvoiceFix, _ order: OrderID) {
        if fixes[order.text]?.first == fix { fixes[order.text]?.removeFirst() }
        if case .delete = fix {
            fixes[order.text] = nil
            state.invoices[order.text] = nil
            settle(FeedStep.key(order))
            forgetSubscriptions()
            return
        }
        guard fixes[order.text]?.isEmpty == true else { return }
        fixes[order.text] = nil
        if let wanted = desired.invoices.first(where: { $0.order == order }) {
            sent(wanted.body, order, wanted.contact, isVoided: wanted.body.isVoided)
        }
    }

    /// Those of which no invoice is left end no more.
    private mutating func forgetSubscriptions() {
        guard state.folded.isEmpty else { return }
        state.subscriptions.formIntersection(desired.invoices.flatMap(\.body.lines).compactMap(\.subscription))
    }

    package mutating func tookEvent(_ event: EventBody) {
        settle(FeedStep.key(event: event.externalID))
        state.events[event.externalID] = event.digest
    }

    package mutating func tookSearch(_ found: FoundEvent?, forEvent id: String) {
        let key = FeedStep.key(event: id)
        if let found {
            settle(key)
            state.events[id] = found.body.digest
        } else if desired.events.contains(where: { $0.externalID == id }) {
            notFound(key, doing: "make the event \(id)")
        } else {
            settle(key)
        }
    }

    /// A step whose success says all.
    package mutating func took(_ step: FeedStep) {
        switch step {
        case .updateCustomer(let contact, _, let body): state.customers[contact.text]?.digest = Digest.of(body)
        case .writeRawEmail(let contact, _, _): state.customers[contact.text]?.hasRawEmail = true
        case .removeRawEmail(let contact, _): state.customers[contact.text]?.hasRawEmail = false
        case .deleteCustomer(let contact, _): state.customers[contact.text] = nil
        case .merge(let contact, let uuid, let into):
            settle(FeedStep.mergeKey(contact))
            let other = desired.merges.first { $0.from == contact }.flatMap { state.customers[$0.into.text] }
            state.customers[contact.text] = other ?? SentCustomer(uuid: into, digest: 0)
            moved(from: uuid, to: into)
        case .deleteEvent(let id): state.events[id] = nil
        case .fix(let order, let fix): tookFix(fix, order)
        case .createEvent(let event): tookEvent(event)
        default: break
        }
    }

    /// One customer is another from now on, also for those who were merged into it before.
    private mutating func moved(from old: String, to new: String) {
        guard let sent = state.customers.values.first(where: { $0.uuid == new }) else { return }
        for (id, other) in state.customers where other.uuid == old { state.customers[id] = sent }
    }

    private mutating func notFound(_ key: String, doing: String) {
        if let words = mustFind.removeValue(forKey: key) {
            refuse(key, "ChartMogul refused to \(doing): \(words)")
        } else {
            // An earlier run never came so far.
            fresh.insert(key)
        }
    }

    /// It is made, or clearly not.
    mutating func settle(_ key: String) {
        state.intents.remove(key)
        mustFind[key] = nil
    }

    mutating func refuse(_ key: String, _ words: String) {
        settle(key)
        giveUp(key)
        refusals.append(words)
    }
}
