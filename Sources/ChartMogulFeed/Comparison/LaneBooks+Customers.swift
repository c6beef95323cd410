import ChartMogul
import Keap

extension LaneBooks {
    func customerDifferences(_ index: BooksIndex) -> [BooksDifference] {
        var differences = desired.customers.compactMap { difference(of: $0, index) }
        for merge in desired.merges {
            guard let from = index.customer(merge.from), let into = index.customer(merge.into), from.uuid != into.uuid
            else { continue }
            differences.append(
                BooksDifference(
                    kind: .customersApart, thing: ExternalID.customer(merge.from),
                    keap: "contacts \(merge.from) and \(merge.into) are one", chartMogul: "two customers",
                    why: "the merge was not made yet, or was taken back in ChartMogul", mend: "merges them",
                    suspect: FeedStep.mergeKey(merge.from)))
        }
        for contact in desired.goneCustomers.sorted() where index.customer(contact) != nil {
            differences.append(
                BooksDifference(
                    kind: .customerTooMany, thing: ExternalID.customer(contact), keap: "no such contact any more",
                    chartMogul: "a customer", why: "the contact was deleted in Keap", mend: "deletes the customer",
                    suspect: FeedStep.key(contact)))
        }
        return differences
    }

    private func difference(of customer: DesiredCustomer, _ index: BooksIndex) -> BooksDifference? {
        let key = FeedStep.key(customer.contact)
        let thing = customer.body.externalID
        guard let found = index.customer(customer.contact) else {
            return BooksDifference(
                kind: .customerMissing, thing: thing, keap: customer.body.name, chartMogul: "no such customer",
                why: state.customers[customer.contact.text] == nil
                    ? Self.unsentWords : "Lockstep had made it, so it was deleted in ChartMogul",
                mend: "makes the customer, and its invoices with it", suspect: key)
        }
        let (name, email) = (customer.body.name, customer.body.email)
        let hasSameName = found.name == nil || found.name == name
        // ChartMogul may write an address in small letters.
        let hasSameEmail = found.email?.lowercased() == email?.lowercased()
        guard !hasSameName || !hasSameEmail else { return nil }
        let wasSent = state.customers[customer.contact.text]?.digest == Digest.of(customer.body)
        return BooksDifference(
            kind: .customerDiffers, thing: thing, keap: "\(name), \(email ?? "no e-mail")",
            chartMogul: "\(found.name ?? "no name"), \(found.email ?? "no e-mail")",
            why: wasSent ? "it was changed in ChartMogul after Lockstep wrote it" : Self.unsentWords,
            mend: "writes name and address as Keap has them", suspect: key)
    }

    static let unsentWords =
        "Lockstep has not sent it yet, or ChartMogul refused it: `lockstep jobs` shows what waits and what is dead"
}
