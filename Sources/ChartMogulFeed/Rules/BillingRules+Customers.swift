import ChartMogul
import Connectors
import Keap

extension BillingRules {
    /// Contacts that are one customer: those that a subscription moved between, if moves merge, and those that Keap merged.
    func customerGroups(_ orders: [OrderFacts]) -> CustomerGroups {
        var groups = CustomerGroups()
        for life in lives.values.sorted(by: { $0.facts.id < $1.facts.id }) {
            for (before, after) in zip(life.holders, life.holders.dropFirst())
            where settings.movedContact == .merge || facts.goneSince(before.contact) != nil {
                groups.unite(before.contact, after.contact, at: after.time)
            }
        }
        for order in orders where !order.isGone {
            guard let first = order.firstContact, let contact = order.contact, let gone = facts.goneSince(first) else {
                continue
            }
            groups.unite(first, contact, at: gone)
        }
        return groups
    }

    /// The contact whose invoice an order is.
    func customer(of order: OrderFacts) -> ContactID? {
        guard let contact = order.contact else { return nil }
        if let first = order.firstContact, first != contact, !groups.areOne(first, contact),
            order.items.contains(where: { hasMoved($0.subscription, from: first, to: contact) })
        {
            // What the first one paid for stays the first one's.
            return groups.customer(of: first)
        }
        return groups.customer(of: contact)
    }

    private func hasMoved(_ subscription: SubscriptionID?, from: ContactID, to: ContactID) -> Bool {
        guard let life = subscription.flatMap({ lives[$0.text] }) else { return false }
        return zip(life.holders, life.holders.dropFirst()).contains { $0.contact == from && $1.contact == to }
    }

    /// The name of a subscription in one holder's hands: where it was handed over, each has one of their own.
    func externalID(of life: SubscriptionLife, at contact: ContactID?) -> String {
        guard let contact, let first = life.holders.first?.contact, !groups.areOne(first, contact) else {
            return ExternalID.subscription(life.facts.id, holder: nil)
        }
        return ExternalID.subscription(life.facts.id, holder: groups.customer(of: contact))
    }

    func addCustomers(to books: inout DesiredBooks) {
        var contacts = Set(books.invoices.map(\.contact))
        // One that goes on under another contact needs that one's customer, before anything is billed to it.
        for merge in groups.merges where contacts.contains(merge.into) || hasBills(merge.from) {
            books.merges.append(CustomerMerge(from: merge.from, into: merge.into))
            contacts.insert(merge.into)
        }
        for contact in contacts.sorted() {
            books.customers.append(DesiredCustomer(contact: contact, body: body(of: contact, &books.notes)))
        }
        let gone = facts.goneContacts.keys.map { ContactID($0) }.filter { facts.goneSince($0) != nil }
        books.goneCustomers = Set(gone).subtracting(contacts).subtracting(books.merges.map(\.from))
    }

    private func hasBills(_ contact: ContactID) -> Bool {
        facts.orders.values.contains { !$0.isGone && ($0.firstContact == contact || $0.contact == contact) }
    }

    private func body(of contact: ContactID, _ notes: inout [AttentionNote]) -> CustomerBody {
        let payer = facts.payers[contact.text]?.payer ?? KeapPayer(id: contact)
        let names = [payer.givenName, payer.familyName].compactMap { $0?.trimmed }.filter { !$0.isEmpty }
        let company = payer.company?.trimmed ?? ""
        let name = names.isEmpty ? company : names.joined(separator: " ")
        var body = CustomerBody(
            externalID: ExternalID.customer(contact),
            name: String((name.isEmpty ? "Contact \(contact)" : name).prefix(255)))
        body.company = company.isEmpty ? nil : String(company.prefix(255))
        body.country = payer.country.flatMap(CountryCodes.alpha2)
        body.state = payer.region.flatMap { $0.contains("-") ? $0 : nil }
        body.city = payer.locality
        body.zip = payer.postalCode
        if let email = payer.email?.trimmed, !email.isEmpty {
            if MailAddress.isValid(email) {
                body.email = email
            } else {
                body.attributes[CustomerBody.rawEmail] = String(email.prefix(255))
                notes.append(
                    AttentionNote(
                        "The e-mail address of contact \(contact) is none, so ChartMogul has the customer without it. "
                            + "Mend it in Keap.",
                        field: "email", value: email))
            }
        }
        body.freeTrialStartedAt = trialStart(of: contact, payer)
        return body
    }

    private func trialStart(of contact: ContactID, _ payer: KeapPayer) -> Int64? {
        switch settings.trialStart {
        case .none: nil
        case .contactCreated: payer.created
        case .order where takesTrialLines: nil
        case .order:
            lives.values.flatMap(\.bills).filter { bill in
                bill.isTrial && facts.orders[bill.order.text].flatMap(customer(of:)) == contact
            }.map(\.time).min()
        }
    }
}

extension CustomerBody {
    /// The attribute that holds an address which ChartMogul would not take.
    package static let rawEmail = "keap_invalid_email"
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
