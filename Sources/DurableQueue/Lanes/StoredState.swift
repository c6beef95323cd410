/// A lane's state, and the record that it lies in: the lane's present one as long as the lane's row names that record.
struct StoredState: Sendable {
    var state: LaneState = []
    /// Nil: nothing was written of the lane yet.
    var address: LogAddress?
}
