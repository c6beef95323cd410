package import Keap

/// Reads orders by their ids as they are now, whatever was read of them before.
package enum OrderReading {
    /// - Parameter orders: one that Keap does not know is told as gone.
    /// - Returns: one snapshot for each contact, and one for each order that is gone.
    package static func snapshots(
        of orders: [OrderID], with keap: any BillingAPI, now: Int64
    ) async throws(KeapFailure) -> [BillingSnapshot] {
        var plan = ReadingPlan(
            orders.map { KeapThing(.order, $0.text) }, isPoll: false, state: ReadingState(), now: now)
        while let step = plan.next() { plan.take(try await step.perform(with: keap), to: step) }
        return plan.snapshots().map { snapshot in
            var snapshot = snapshot
            snapshot.isHistory = true
            return snapshot
        }
    }
}
