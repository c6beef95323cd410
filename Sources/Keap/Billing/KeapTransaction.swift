/// A try to move money, as Keap answered it: a payment, a refund, a void, or one that failed.
package struct KeapTransaction: Codable, Hashable, Sendable {
    package enum Method: String, Codable, Hashable, Sendable, CaseIterable {
        case capture = "CAPTURE"
        case refund = "REFUND"
        case void = "VOID"
        case manual = "MANUAL"
    }

    /// What it made; a failed try makes none.
    package var payment: PaymentID?
    package var contact: ContactID?
    /// The orders that it is for: one payment may pay two.
    package var orders: [OrderID] = []
    package var method: Method?
    package var isSuccessful = false
    /// Neither done nor failed.
    package var isPending = false
    /// In the currency's major unit, by its digits. Keap does not say which currency.
    package var amount: String?
    /// Milliseconds since 1970.
    package var time: Int64?
    /// The payment processor's name of it.
    package var reference: String?
    package var error: String?

    package init() {}
}
