package import DurableQueue
package import OutboundAPI

/// What of an account fails, for any job that calls.
package enum PeerOutage: Equatable, Sendable {
    /// Calls wait: the account fails, or refuses the key.
    case ofAccount
    /// Only calls of this kind, which are refused for now.
    case ofCalls(String)
}

/// What the account of a destination tells about failures: whether they are a job's own, or all such calls fail.
package protocol PeerAccount: Sendable {
    var name: String { get }
    /// - Parameter call: the one that failed; nil: none did.
    func outage(of call: FailedCall?) async -> PeerOutage?
    /// Whether calls of the same kind have gone well for others since that one failed.
    func othersGoWell(since call: FailedCall) async -> Bool
    /// A change of this lane was delivered.
    func deliveryWentWell(in lane: LaneID) async
    /// A change of this lane came to nothing though each call was answered.
    func deliveryFailed(in lane: LaneID) async -> FailedCall
}
