package import Connectors
import Foundation
package import Keap

/// What Keap said of a contact's bills, on its way to ChartMogul: one reading, or several in their order.
package struct BillingChange: InboundChange {
    /// The number of a stored reading's kind: a `BillingSnapshot` in JSON.
    package static let tag = MessageTag(rawValue: 6)

    package var snapshot: BillingSnapshot
    /// Later ones that are delivered with it.
    package var others: [BillingSnapshot] = []

    package init(_ snapshot: BillingSnapshot) { self.snapshot = snapshot }

    package var snapshots: [BillingSnapshot] { [snapshot] + others }

    package var subject: String {
        if let contact = snapshot.contact { return "contact \(contact)" }
        if let subscription = snapshot.subscriptions.first?.id ?? snapshot.goneSubscriptions.first {
            return "subscription \(subscription)"
        }
        if let order = snapshot.orders.first?.order.id ?? snapshot.goneOrders.first { return "order \(order)" }
        return snapshot.goneContacts.first.map { "contact \($0)" } ?? "bills"
    }

    package var isGymWide: Bool { false }
}

extension BillingChange {
    /// Nil if the message is none of a reading, or cannot be read.
    package init?(_ message: StoredMessage) {
        guard message.tag == Self.tag,
            // What cannot be read is set aside as a job that a person looks at: the reason is in the bytes.
            let snapshot = try? JSONDecoder().decode(BillingSnapshot.self, from: Data(message.body))
        else { return nil }
        self.init(snapshot)
    }

    /// The first reading as it is stored.
    package func message() throws -> StoredMessage {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return StoredMessage(Self.tag, body: Array(try encoder.encode(snapshot)))
    }
}
