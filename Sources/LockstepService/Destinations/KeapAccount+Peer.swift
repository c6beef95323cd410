import Connectors
import Keap
import DurableQueue
import OutboundAPI

extension KeapAccount: PeerAccount {
    func outage(of call: FailedCall?) async -> PeerOutage? {
        if case .open = await gateway.counters().circuit { return .ofAccount }
        guard let call, let endpoint = await gateway.failingEndpoint(of: call) else { return nil }
        return .ofCalls(endpoint.name)
    }

    func othersGoWell(since call: FailedCall) async -> Bool { await gateway.othersGoWell(since: call) }
    func deliveryWentWell(in lane: LaneID) async { await gateway.deliveryWentWell(in: lane.rawValue) }
    func deliveryFailed(in lane: LaneID) async -> FailedCall { await gateway.deliveryFailed(in: lane.rawValue) }
}
