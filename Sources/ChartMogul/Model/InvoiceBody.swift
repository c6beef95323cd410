/// An invoice as it is to be. Times are milliseconds since 1970, amounts minor units of its currency.
package struct InvoiceBody: Codable, Hashable, Sendable {
    package var externalID: String
    package var date: Int64
    package var due: Int64?
    package var currency: String
    package var lines: [LineBody] = []
    package var transactions: [TransactionBody] = []
    /// It counts for nothing any more.
    package var isVoided = false

    package init(externalID: String, date: Int64, currency: String) {
        (self.externalID, self.date, self.currency) = (externalID, date, currency)
    }

    /// The sum of its lines, tax included.
    package var total: Int64 { lines.reduce(0) { $0 &+ $1.amount } }
}

package struct LineBody: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case subscription
        case oneTime = "one_time"
        case trial
    }

    package var externalID: String
    package var kind: Kind
    /// The external id of the subscription that it bills.
    package var subscription: String?
    /// The plan's external id, or its uuid where an answer holds that alone.
    package var plan: String?
    package var start: Int64?
    package var end: Int64?
    /// After discount, with tax.
    package var amount: Int64 = 0
    package var quantity: Int64 = 1
    package var discount: Int64 = 0
    package var tax: Int64 = 0
    package var description: String?

    package init(externalID: String, kind: Kind) {
        (self.externalID, self.kind) = (externalID, kind)
    }
}

package struct TransactionBody: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable { case payment, refund }

    package var externalID: String
    package var kind: Kind
    package var isSuccessful: Bool
    package var date: Int64
    /// Positive, also of a refund. Nil: the invoice's.
    package var amount: Int64?

    package init(externalID: String, kind: Kind, isSuccessful: Bool, date: Int64, amount: Int64? = nil) {
        (self.externalID, self.kind, self.isSuccessful) = (externalID, kind, isSuccessful)
        (self.date, self.amount) = (date, amount)
    }
}
