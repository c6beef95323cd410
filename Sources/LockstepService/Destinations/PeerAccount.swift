import DurableQueue
import OutboundAPI

/// What the account of a destination tells about failures: whether they are a job's own, or nearly all calls fail.
protocol PeerAccount: Sendable {
    var name: String { get }
    /// Whether calls wait because the account fails or refuses the key.
    func isOpen() async -> Bool
    /// Whether calls of the same kind have gone well for others since that one failed.
    func othersGoWell(since call: FailedCall) async -> Bool
    /// A change of this lane was delivered.
    func deliveryWentWell(in lane: LaneID) async
    /// A change of this lane came to nothing though each call was answered.
    func deliveryFailed(in lane: LaneID) async -> FailedCall
}
