/// Attributes that few lanes have.
struct LaneExtras: Equatable, Sendable {
    var merged: [MergedLane] = []
    var parkedBy: [JobID] = []
}

/// A lane that was joined into another, as long as its own state is not yet part of the other's.
struct MergedLane: Equatable, Sendable {
    var lane: LaneID
    var state: LogAddress?
}
