/// Several changes as one.
package struct ChangeBatch<Change: InboundChange>: Sendable {
    package var change: Change
    package var count: Int
    /// Which job carried each part.
    package var carriers: [String: UInt64]

    package init(change: Change, count: Int, carriers: [String: UInt64]) {
        (self.change, self.count, self.carriers) = (change, count, carriers)
    }
}
