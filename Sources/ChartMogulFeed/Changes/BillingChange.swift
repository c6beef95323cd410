package import Connectors
import Foundation
package import Keap
import OutboundAPI

/// What Keap said of a contact's bills, on its way to ChartMogul: one reading, or several in their order.
package struct BillingChange: InboundChange {
    /// The number of a stored reading's kind: a `BillingSnapshot` in JSON.
    package static let tag = MessageTag(rawValue: 6)

    package var snapshot: BillingSnapshot
    /// Later ones that are delivered with it.
    package var others: [BillingSnapshot] = []

    /// What is to be looked at in ChartMogul again, by the feed's keys.
    package var suspects: Set<String> = []

    package init(_ snapshot: BillingSnapshot, suspects: Set<String> = []) {
        (self.snapshot, self.suspects) = (snapshot, suspects)
    }

    package var snapshots: [BillingSnapshot] { [snapshot] + others }

    package var subject: String {
        if let contact = snapshot.contact {
            let name = snapshots.lazy.compactMap(\.payer).first { $0.id == contact }?.shownName
            return name.map { "bills of \($0) (contact \(contact))" } ?? "bills of contact \(contact)"
        }
        if let subscription = snapshot.subscriptions.first?.id ?? snapshot.goneSubscriptions.first {
            return "subscription \(subscription)"
        }
        if let order = snapshot.orders.first?.order.id ?? snapshot.goneOrders.first { return "order \(order)" }
        if let contact = snapshot.goneContacts.first { return "contact \(contact)" }
        return snapshot.products.first.map { "product \($0.id)" } ?? "bills"
    }

    package var isGymWide: Bool { false }

    package var identity: SubjectIdentity {
        SubjectIdentity(ids: snapshot.contact.map { [SubjectID(.contact, "\($0)")] } ?? [])
    }
}

extension BillingChange {
    /// Nil if the message is none of a reading, or cannot be read.
    package init?(_ message: StoredMessage) {
        guard message.tag == Self.tag,
            // What cannot be read is set aside as a job that a person looks at: the reason is in the bytes.
            let stored = try? JSONDecoder().decode(StoredReading.self, from: Data(message.body))
        else { return nil }
        self.init(stored.snapshot, suspects: Set(stored.suspects))
    }

    /// The first reading as it is stored.
    package func message() throws -> StoredMessage {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return StoredMessage(Self.tag, body: Array(try encoder.encode(StoredReading(snapshot, suspects.sorted()))))
    }
}

/// A snapshot's members, and beside them `suspects` if there are any.
private struct StoredReading: Codable {
    var snapshot: BillingSnapshot
    var suspects: [String]

    private enum CodingKeys: String, CodingKey { case suspects }

    init(_ snapshot: BillingSnapshot, _ suspects: [String]) { (self.snapshot, self.suspects) = (snapshot, suspects) }

    init(from decoder: any Decoder) throws {
        snapshot = try BillingSnapshot(from: decoder)
        suspects =
            try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent([String].self, forKey: .suspects) ?? []
    }

    func encode(to encoder: any Encoder) throws {
        try snapshot.encode(to: encoder)
        guard !suspects.isEmpty else { return }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(suspects, forKey: .suspects)
    }
}

extension KeapPayer {
    /// As people call them; nil if Keap has neither a name nor a company.
    fileprivate var shownName: String? {
        let names = [givenName, familyName].compactMap { $0?.trimmed }.filter { !$0.isEmpty }
        let name = names.isEmpty ? company?.trimmed ?? "" : names.joined(separator: " ")
        return name.isEmpty ? nil : name
    }
}
