/// An event of a subscription's life. Times are milliseconds since 1970.
package struct EventBody: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case cancelled = "subscription_cancelled"
        case scheduled = "subscription_cancellation_scheduled"
    }

    package var externalID: String
    package var kind: Kind
    /// External ids.
    package var customer: String
    package var subscription: String
    /// When it was told.
    package var date: Int64
    /// When it counts from.
    package var effective: Int64

    package init(
        externalID: String, kind: Kind, customer: String, subscription: String, date: Int64, effective: Int64
    ) {
        (self.externalID, self.kind, self.customer) = (externalID, kind, customer)
        (self.subscription, self.date, self.effective) = (subscription, date, effective)
    }
}
