package import ChartMogul

/// What a ChartMogul account does by itself with what it is sent, in sentences.
package struct AccountAdvice: Hashable, Sendable {
    package var lines: [String] = []
    /// What a person should change there.
    package var warnings: [String] = []

    /// - Parameter source: nil: it is not made yet.
    package init(_ account: AccountSettings, _ source: DataSource?) {
        let name = account.name.isEmpty ? "ChartMogul's account" : "ChartMogul's account “\(account.name)”"
        lines.append("\(name) counts in \(account.currency), by the days of \(account.timeZone)")
        if let source { lines.append("bills go to its data source “\(source.name)”") }
        switch account.churnRecognition {
        case .atCancellation?:
            lines.append("it counts churn on the date on which a subscription ends, as it should")
        case .atPeriodEnd?:
            warnings.append(
                "ChartMogul counts churn at the end of the last paid period, which may be later than the end that it is "
                    + "told. " + Self.choice)
        case .atClick?:
            warnings.append(
                "ChartMogul counts churn when a cancellation was asked for, before the end that it is told. "
                    + Self.choice)
        case nil: warnings.append("ChartMogul does not tell when it counts churn. " + Self.choice)
        }
        if let days = source?.autoChurnDays {
            warnings.append(Self.autoChurn(days > 0 ? " for \(days) days" : ""))
        } else if account.autoChurns == true {
            warnings.append(Self.autoChurn(""))
        }
    }

    private static let choice = """
        Choose Settings > Churn recognition > When a subscription is marked as canceled in the billing system; it holds for \
        the whole account
        """

    private static func autoChurn(_ days: String) -> String {
        "ChartMogul ends subscriptions by itself whose invoices stay unpaid\(days), which goes against the ends that come from "
            + "Keap and against paidLater. Turn automatic churn off for the data source"
    }
}
