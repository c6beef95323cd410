/// What an account does by itself with what it is sent.
package struct AccountSettings: Hashable, Sendable {
    /// When a subscription that was cancelled counts as lost.
    package enum ChurnRecognition: String, Sendable {
        /// On the date that the cancellation bears.
        case atCancellation = "churn_at_time_of_cancelation"
        case atPeriodEnd = "churn_at_period_end"
        /// When the cancellation was asked for.
        case atClick = "churn_at_click"
    }

    package var name: String
    /// ISO 4217.
    package var currency: String
    /// `Europe/Berlin`
    package var timeZone: String
    /// Nil if ChartMogul does not tell, or tells something unknown.
    package var churnRecognition: ChurnRecognition?
    /// Whether ChartMogul ends subscriptions by itself whose invoices stay unpaid; nil if it does not tell.
    package var autoChurns: Bool?
}

/// A month's end and the account's monthly recurring revenue then, in minor units of its currency.
package struct MonthlyFigure: Hashable, Sendable {
    /// `2026-03-31`
    package var day: String
    package var amount: Int64
}

/// An event as a list has it, also one that was made by hand: its external id may be empty.
package struct ListedEvent: Hashable, Sendable {
    package var body: EventBody

    package init(_ body: EventBody) { self.body = body }
}
