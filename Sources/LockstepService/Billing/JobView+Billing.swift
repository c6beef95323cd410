import DurableQueue

extension JobView {
    /// Whether it is a reading of bills on its way to ChartMogul.
    var isBilled: Bool { kind == BillingQueue.jobKind }

    /// Whose account its calls are made on.
    var peer: String { isBilled ? "ChartMogul" : "Keap" }
}
