import Keap

extension Array {
    /// As few calls name them all.
    var parts: [[Element]] {
        stride(from: 0, to: count, by: BillingLimits.mostIDs).map {
            Array(self[$0..<Swift.min($0 + BillingLimits.mostIDs, count)])
        }
    }
}
