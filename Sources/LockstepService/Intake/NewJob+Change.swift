import Connectors
import DurableQueue

extension NewJob {
    /// A job for a change; without a lane, and so a dead letter, if nothing in the change says whose it is.
    init(
        tenant: TenantID, kind: UInt8, of change: any InboundChange, payload: [UInt8], isSnapshot: Bool = false,
        urgency: JobUrgency = .live
    ) {
        // The strongest come first, and those left out are only more ways to the same lane.
        let keys = Array(change.laneKeys.prefix(QueuePolicy().maxKeys))
        self.init(
            tenant: tenant, kind: kind, keys: keys, payload: payload, isSnapshot: isSnapshot, urgency: urgency,
            unroutable: keys.isEmpty ? "Neither an id nor a whole name with an address says whose this is." : nil)
    }
}

extension NewJob {
    /// A job for a message that came in.
    init(_ received: Received, by source: any Source.Type, of tenant: TenantID) {
        let payload = received.message.bytes
        switch received.decoded {
        case .change(let change):
            self.init(
                tenant: tenant, kind: change.isGymWide ? JobKind.gymWide : source.jobKind, of: change,
                payload: payload, isSnapshot: !change.isGymWide && source.sendsSnapshots)
        case .unplaced(let reason):
            self.init(
                tenant: tenant, kind: source.jobKind, keys: [], payload: payload, isSnapshot: source.sendsSnapshots,
                unroutable: reason)
        }
    }
}
