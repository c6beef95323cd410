/// Decides which ready lane runs next: tenants in turn, live jobs of a tenant before its bulk ones. Only lanes that could
/// run this moment are in here; one that is blocked, paused or waiting is never scanned past.
struct Dispatcher: Sendable {
    private struct Tenant: Sendable {
        var live = Fifo<LaneID>()
        var bulk = Fifo<LaneID>()
        var running = 0
        var isInRing = false

        var isEmpty: Bool { live.isEmpty && bulk.isEmpty }
    }

    private let perTenant: Int
    private let total: Int
    private var tenants: [TenantID: Tenant] = [:]
    /// Tenants with a ready lane and a free place, each once, in the order of their turns.
    private var ring = Fifo<TenantID>()
    private(set) var running = 0

    init(perTenant: Int, total: Int) {
        self.perTenant = perTenant
        self.total = total
    }

    mutating func add(_ lane: LaneID, of tenant: TenantID, _ urgency: JobUrgency) {
        if urgency == .live {
            tenants[tenant, default: Tenant()].live.append(lane)
        } else {
            tenants[tenant, default: Tenant()].bulk.append(lane)
        }
        enter(tenant)
    }

    /// The next lane to run; it holds a place until `finished`. Nil: nothing is ready, or all places are taken.
    mutating func next() -> LaneID? {
        guard running < total, let name = ring.popFirst() else { return nil }
        tenants[name]?.isInRing = false
        guard let lane = tenants[name]?.live.popFirst() ?? tenants[name]?.bulk.popFirst() else { return nil }
        tenants[name]?.running += 1
        running += 1
        enter(name)  // at the end: the others first
        return lane
    }

    mutating func finished(_ tenant: TenantID) {
        running -= 1
        tenants[tenant]?.running -= 1
        precondition(running >= 0 && tenants[tenant]!.running >= 0, "a place is given back once, by who took it")
        enter(tenant)
        if tenants[tenant]!.isEmpty, tenants[tenant]!.running == 0 { tenants[tenant] = nil }
    }

    private mutating func enter(_ name: TenantID) {
        guard let tenant = tenants[name], !tenant.isInRing, !tenant.isEmpty, tenant.running < perTenant else { return }
        tenants[name]?.isInRing = true
        ring.append(name)
    }
}
