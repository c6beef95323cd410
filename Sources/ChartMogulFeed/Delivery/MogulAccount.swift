package import ChartMogul
package import Connectors
package import DurableQueue
package import OutboundAPI

/// A ChartMogul account, as what a delivery's failures are compared with.
package struct MogulAccount<Budget: CallBudget>: PeerAccount {
    package let name: String
    private let gateway: ChartMogulGateway<Budget>

    package init(_ name: String, _ gateway: ChartMogulGateway<Budget>) { (self.name, self.gateway) = (name, gateway) }

    package func outage(of call: FailedCall?) async -> PeerOutage? {
        if case .open = await gateway.circuit { return .ofAccount }
        guard let call, let endpoint = await gateway.failingEndpoint(of: call) else { return nil }
        return .ofCalls(endpoint.name)
    }

    package func othersGoWell(since call: FailedCall) async -> Bool { await gateway.othersGoWell(since: call) }
    package func deliveryWentWell(in lane: LaneID) async { await gateway.deliveryWentWell(in: lane.rawValue) }
    package func deliveryFailed(in lane: LaneID) async -> FailedCall { await gateway.deliveryFailed(in: lane.rawValue) }
}
