package import Keap

/// A delivery's access to the queue, for the lane that it runs in.
package struct DeliveryContext: Sendable {
    /// Returns once the lane's state is on disk for good.
    let save: @Sendable (_ state: [UInt8]) async throws -> Void
    /// Makes a contact this lane's, so that no other writes to it.
    let claim: @Sendable (ContactID) async throws -> ContactClaimAnswer
    /// Whether another person with an id of their own came with this address and name; then that is noted for them too.
    let isNamesakes: @Sendable (NameKey) async -> Bool

    /// Asked right before each call of the delivery's own is sent. False: the run was called off, and no call follows.
    let begin: @Sendable () -> Bool

    /// Tells people what the delivery waits for before it begins; nil: for nothing that has a name.
    let waits: @Sendable (_ for: String?) -> Void

    /// The newest snapshot of the lane that was delivered; 0: none.
    let newestSnapshot: UInt64
    /// Which job carried each part of snapshots that are delivered as one; see `SnapshotCoalescer`.
    let carriers: [String: UInt64]

    package init(
        newestSnapshot: UInt64 = 0, carriers: [String: UInt64] = [:],
        begin: @escaping @Sendable () -> Bool = { true },
        waits: @escaping @Sendable (_ for: String?) -> Void = { _ in },
        save: @escaping @Sendable (_ state: [UInt8]) async throws -> Void,
        claim: @escaping @Sendable (ContactID) async throws -> ContactClaimAnswer,
        isNamesakes: @escaping @Sendable (NameKey) async -> Bool
    ) {
        self.newestSnapshot = newestSnapshot
        self.carriers = carriers
        self.begin = begin
        self.waits = waits
        self.save = save
        self.claim = claim
        self.isNamesakes = isNamesakes
    }
}
