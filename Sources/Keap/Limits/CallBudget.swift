package import LockstepLimits

/// What the gateway needs of a budget: a permit per call, and a way to tell what an answer taught.
package protocol CallBudget: Sendable {
    associatedtype Permit: Sendable

    /// Waits until a call is allowed. Throws `CancellationError` if cancelled meanwhile (nothing is spent), anything
    /// else if the use cannot be put on disk.
    func take(_ urgency: Urgency) async throws -> Permit
    /// The call has ended, however it ended. Once for each permit.
    func finished(_ permit: Permit, learned: Announcement?) async
    /// Keap refused a call: none before this time, in milliseconds since 1970.
    func close(until time: Int64) async
}
