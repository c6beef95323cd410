import Connectors

/// Several changes as one.
struct ChangeBatch<Change: InboundChange> {
    var change: Change
    var count: Int
    /// Which job carried each part.
    var carriers: [String: UInt64]
}
