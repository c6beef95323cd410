/// Decides which ready lane runs next: live jobs before bulk ones, and tenants in turn. Only lanes that could run this
/// moment are in here; one that is blocked, paused or waiting is never scanned past.
///
/// A lane that runs holds a place until it has ended, also while it waits for something that is scarce. So that
/// no lane is kept from getting in line for that, places are bounded three times over: for all, for each tenant, and
/// for bulk jobs, which leave a quarter of either to live ones.
struct Dispatcher: Sendable {
    /// The right to run a lane. Given back once, by who took it.
    struct Place: Hashable, Sendable {
        let lane: LaneID
        let tenant: TenantID
        let urgency: JobUrgency
        /// What the run holds in memory, as far as it was said.
        fileprivate(set) var bytes = 0
    }

    /// What may run at once.
    struct Bounds: Sendable {
        var lanes: Int
        /// The run that reaches it may go over it, and one may always run, however large it is.
        var bytes: Int

        fileprivate var bulkLanes: Int { max(1, lanes - lanes / 4) }
    }

    private struct Taken: Sendable {
        var lanes = 0
        var bulkLanes = 0
        var bytes = 0

        mutating func add(_ place: Place, _ sign: Int = 1) {
            lanes += sign
            if place.urgency == .bulk { bulkLanes += sign }
            bytes += sign * place.bytes
        }

        func hasRoom(for urgency: JobUrgency, within bounds: Bounds) -> Bool {
            guard lanes > 0 else { return true }
            return lanes < bounds.lanes && bytes < bounds.bytes
                && (urgency == .live || bulkLanes < bounds.bulkLanes)
        }
    }

    private struct Tenant: Sendable {
        /// Lanes that are not running.
        var ready = ByUrgency(live: Fifo<LaneID>(), bulk: Fifo<LaneID>())
        var isInRing = ByUrgency(live: false, bulk: false)
        var taken = Taken()

        var isIdle: Bool { taken.lanes == 0 && ready.live.isEmpty && ready.bulk.isEmpty }
    }

    private let perTenant: Bounds
    private let total: Bounds
    private var tenants: [TenantID: Tenant] = [:]
    /// Tenants with a ready lane and a free place, each once, in the order of their turns.
    private var rings = ByUrgency(live: Fifo<TenantID>(), bulk: Fifo<TenantID>())
    private var taken = Taken()

    var running: Int { taken.lanes }

    init(perTenant: Bounds, total: Bounds) {
        self.perTenant = perTenant
        self.total = total
    }

    mutating func add(_ lane: LaneID, of tenant: TenantID, _ urgency: JobUrgency) {
        tenants[tenant, default: Tenant()].ready[urgency].append(lane)
        enter(tenant, urgency)
    }

    /// The next lane to run. Nil: nothing is ready, or all places are taken.
    mutating func next() -> Place? {
        for urgency in [JobUrgency.live, .bulk] where taken.hasRoom(for: urgency, within: total) {
            while let name = rings[urgency].popFirst() {
                tenants[name]?.isInRing[urgency] = false
                // Its last place may have been taken since by one of the other urgency.
                guard canEnter(name, urgency), let lane = tenants[name]?.ready[urgency].popFirst() else { continue }
                let place = Place(lane: lane, tenant: name, urgency: urgency)
                tenants[name]?.taken.add(place)
                taken.add(place)
                enter(name, urgency)  // at the end: the others first
                return place
            }
        }
        return nil
    }

    /// Notes what a run holds in memory, beside what it held before.
    mutating func hold(_ bytes: Int, at place: inout Place) {
        place.bytes += bytes
        tenants[place.tenant]?.taken.bytes += bytes
        taken.bytes += bytes
    }

    /// Whether a run may hold more than it has to.
    func hasRoomForMore(at place: Place) -> Bool {
        taken.bytes < total.bytes && (tenants[place.tenant]?.taken.bytes ?? 0) < perTenant.bytes
    }

    /// How many ready lanes of its tenant stand before this one; all of them if it is not there.
    func ahead(of lane: LaneID, of tenant: TenantID, _ urgency: JobUrgency) -> Int {
        guard let ready = tenants[tenant]?.ready else { return 0 }
        let before = ready[urgency].prefix { $0 != lane }.count
        return urgency == .live ? before : before + ready.live.count
    }

    mutating func giveBack(_ place: Place) {
        tenants[place.tenant]?.taken.add(place, -1)
        taken.add(place, -1)
        precondition(taken.lanes >= 0 && tenants[place.tenant]!.taken.lanes >= 0, "a place is given back once")
        for urgency in JobUrgency.allCases { enter(place.tenant, urgency) }
        if tenants[place.tenant]!.isIdle { tenants[place.tenant] = nil }
    }

    private func canEnter(_ name: TenantID, _ urgency: JobUrgency) -> Bool {
        guard let tenant = tenants[name], !tenant.isInRing[urgency], !tenant.ready[urgency].isEmpty else {
            return false
        }
        return tenant.taken.hasRoom(for: urgency, within: perTenant)
    }

    private mutating func enter(_ name: TenantID, _ urgency: JobUrgency) {
        guard canEnter(name, urgency) else { return }
        tenants[name]?.isInRing[urgency] = true
        rings[urgency].append(name)
    }
}

private struct ByUrgency<Value: Sendable>: Sendable {
    var live: Value
    var bulk: Value

    subscript(urgency: JobUrgency) -> Value {
        get { urgency == .live ? live : bulk }
        // In place: a long line must not be copied for each change.
        _modify {
            if urgency == .live { yield &live } else { yield &bulk }
        }
    }
}
