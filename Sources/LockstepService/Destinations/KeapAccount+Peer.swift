import Keap
import DurableQueue
import OutboundAPI

extension KeapAccount: PeerAccount {
    func othersGoWell(since call: FailedCall) async -> Bool { await gateway.othersGoWell(since: call) }
    func deliveryWentWell(in lane: LaneID) async { await gateway.deliveryWentWell(in: lane.rawValue) }
    func deliveryFailed(in lane: LaneID) async -> FailedCall { await gateway.deliveryFailed(in: lane.rawValue) }
}
