/// Decides which ready lane runs next: live jobs before bulk ones, and tenants in turn. Only lanes that could run this
/// moment are in here; one that is blocked, paused or waiting is never scanned past.
///
/// A lane that runs holds a slot until it has ended, also while it waits for something that is scarce: for hours
/// perhaps, together with all others of its tenant. So slots, and the bytes that runs hold, are not only bounded for
/// each tenant and in sum: once the sum is reached, a tenant that holds less than its *share* gets a slot all the same,
/// so that no number of tenants that wait can keep another from running. The share is the sum divided by the tenants that
/// have something to run, and at least `least`; so with ever more tenants that fill their shares and then wait for ever,
/// what is used grows with the logarithm of their number only: `total`, then the shares of two, of three and so on, and
/// one live lane for each whose share bulk jobs hold.
///
/// Bulk jobs leave a quarter of each bound to live ones. Of a tenant that may run one lane only, one live lane may run
/// beside a bulk one.
struct Dispatcher: Sendable {
    /// The right to run a lane. Released once, by the run that took it.
    struct Slot: Hashable, Sendable {
        let lane: LaneID
        let tenant: TenantID
        fileprivate let number: Int
        let urgency: JobUrgency
        /// What the run holds in memory, as far as it was said.
        fileprivate(set) var bytes = 0
    }

    /// What may run at once.
    struct Bounds: Sendable {
        var lanes: Int
        /// The run that reaches it may go over it, and one may always run, however large it is.
        var bytes: Int

        /// A quarter is left to live jobs, and one lane at least where there are two.
        fileprivate var ofBulk: Bounds { Bounds(lanes: max(1, lanes - max(1, lanes / 4)), bytes: bytes - bytes / 4) }
        fileprivate var ofLive: Bounds { Bounds(lanes: lanes / 4, bytes: bytes / 4) }

        fileprivate func capped(by other: Bounds) -> Bounds {
            Bounds(lanes: min(lanes, other.lanes), bytes: min(bytes, other.bytes))
        }
    }

    private struct Amount: Sendable {
        var lanes = 0
        var bytes = 0

        func isWithin(_ bounds: Bounds) -> Bool { lanes < bounds.lanes && bytes < bounds.bytes }
    }

    private struct Usage: Sendable {
        var byUrgency = ByUrgency(live: Amount(), bulk: Amount())

        var all: Amount {
            Amount(
                lanes: byUrgency.live.lanes + byUrgency.bulk.lanes, bytes: byUrgency.live.bytes + byUrgency.bulk.bytes)
        }

        mutating func add(_ slot: Slot, _ sign: Int = 1) {
            byUrgency[slot.urgency].lanes += sign
            byUrgency[slot.urgency].bytes += sign * slot.bytes
        }

        func hasRoom(for urgency: JobUrgency, within bounds: Bounds) -> Bool {
            guard all.lanes > 0 else { return true }
            return all.isWithin(bounds) && (urgency == .live || byUrgency.bulk.isWithin(bounds.ofBulk))
        }

        /// Whether a tenant of which this is used gets a slot though all are used.
        func isOwed(_ urgency: JobUrgency, share: Bounds, bulkShare: Bounds) -> Bool {
            guard all.lanes > 0 else { return true }
            switch urgency {
            // What bulk jobs hold must not keep a live one waiting.
            case .live:
                return byUrgency.live.lanes == 0 || all.isWithin(share) || byUrgency.live.isWithin(share.ofLive)
            case .bulk: return all.isWithin(share) && byUrgency.bulk.isWithin(bulkShare)
            }
        }
    }

    private struct Tenant: Sendable {
        /// Lanes that are not running.
        var ready = ByUrgency(live: Fifo<LaneID>(), bulk: Fifo<LaneID>())
        var used = Usage()

        var isIdle: Bool { used.all.lanes == 0 && ready.live.isEmpty && ready.bulk.isEmpty }
    }

    /// Tenants with a ready lane that may take a slot, in the order of their turns.
    private struct Rings: Sendable {
        /// Those that hold less than their share.
        var owed = RoundRobin<Int>()
        /// Those that get a slot only if there is room for all.
        var others = RoundRobin<Int>()

        mutating func remove(_ tenant: Int) {
            owed.remove(tenant)
            others.remove(tenant)
        }
    }

    private let perTenant: Bounds
    private let total: Bounds
    private let least: Int
    private var numbers = TenantInterner()
    /// By their numbers.
    private var tenants: [Tenant] = []
    /// How many of them run something or have something ready.
    private var busy = 0
    private var rings = ByUrgency(live: Rings(), bulk: Rings())
    private var used = Usage()
    /// For how many tenants the shares were worked out.
    private var sharers = 1
    private var share: Bounds
    private var bulkShare: Bounds

    var running: Int { used.all.lanes }

    /// - Parameter least: lanes that each tenant may run whatever the others hold; at most `perTenant` and `total`.
    init(perTenant: Bounds, total: Bounds, least: Int) {
        self.perTenant = perTenant
        self.total = total
        self.least = min(least, total.lanes)
        (share, bulkShare) = (perTenant, perTenant.ofBulk)
        setShares()
    }

    /// - Returns: its number in its line; see `ahead`.
    @discardableResult mutating func add(_ lane: LaneID, of tenant: TenantID, _ urgency: JobUrgency) -> UInt64 {
        let name = Int(numbers.number(of: tenant))
        if name == tenants.count { tenants.append(Tenant()) }
        if tenants[name].isIdle { busy += 1 }
        let number = tenants[name].ready[urgency].append(lane)
        noteSharers()
        settle(name, urgency)
        return number
    }

    /// The next lane to run. Nil: nothing is ready, or all slots are used.
    mutating func next() -> Slot? {
        for urgency in [JobUrgency.live, .bulk] {
            while let name = nextTenant(urgency) {
                guard let lane = tenants[name].ready[urgency].popFirst() else {
                    preconditionFailure("a tenant in a ring has a ready lane")
                }
                let slot = Slot(lane: lane, tenant: numbers[UInt32(name)], number: name, urgency: urgency)
                tenants[name].used.add(slot)
                used.add(slot)
                // At the end: the others first.
                rings[urgency].remove(name)
                settle(name)
                return slot
            }
        }
        return nil
    }

    private mutating func nextTenant(_ urgency: JobUrgency) -> Int? {
        // The shares may have shrunk since it came into this ring.
        while let name = rings[urgency].owed.first {
            if isOwed(name, urgency) { return name }
            rings[urgency].remove(name)
            settle(name, urgency)
        }
        guard used.hasRoom(for: urgency, within: total) else { return nil }
        return rings[urgency].others.first
    }

    /// Notes what a run holds in memory, beside what it held before.
    mutating func hold(_ bytes: Int, at slot: inout Slot) {
        slot.bytes += bytes
        tenants[slot.number].used.byUrgency[slot.urgency].bytes += bytes
        used.byUrgency[slot.urgency].bytes += bytes
        settle(slot.number)
    }

    /// Whether a run may hold more than it has to.
    func hasRoomForMore(at slot: Slot) -> Bool {
        let own = tenants[slot.number].used.all.bytes
        return (own < perTenant.bytes && used.all.bytes < total.bytes) || own < share.bytes
    }

    /// How many ready lanes of its tenant stand before the one with this number, about: some may have left the line.
    func ahead(of number: UInt64, of tenant: TenantID, _ urgency: JobUrgency) -> Int {
        guard let name = numbers.known(tenant) else { return 0 }
        let ready = tenants[Int(name)].ready
        let before = ready[urgency].count(before: number)
        return urgency == .live ? before : before + ready.live.count
    }

    mutating func release(_ slot: Slot) {
        tenants[slot.number].used.add(slot, -1)
        used.add(slot, -1)
        precondition(used.all.lanes >= 0, "a slot is released once")
        settle(slot.number)
        if tenants[slot.number].isIdle {
            // Its lines must not hold the room of a crowd that is gone.
            tenants[slot.number] = Tenant()
            busy -= 1
            noteSharers()
        }
    }

    // MARK: Shares

    private mutating func noteSharers() {
        guard max(1, busy) != sharers else { return }
        sharers = max(1, busy)
        let before = share
        setShares()
        // With fewer to share with, some hold less than their share again.
        guard share.lanes > before.lanes || share.bytes > before.bytes else { return }
        for urgency in JobUrgency.allCases {
            for name in rings[urgency].others.elements { settle(name, urgency) }
        }
    }

    private mutating func setShares() {
        let part = Bounds(lanes: max(least, total.lanes / sharers), bytes: total.bytes / sharers)
        let bulkPart = Bounds(
            lanes: max(least - least / 4, total.ofBulk.lanes / sharers, 1), bytes: total.ofBulk.bytes / sharers)
        share = part.capped(by: perTenant)
        bulkShare = bulkPart.capped(by: perTenant.ofBulk)
    }

    private func isOwed(_ name: Int, _ urgency: JobUrgency) -> Bool {
        !tenants[name].ready[urgency].isEmpty
            && tenants[name].used.isOwed(urgency, share: share, bulkShare: bulkShare)
    }

    private mutating func settle(_ name: Int) {
        for urgency in JobUrgency.allCases { settle(name, urgency) }
    }

    /// Puts the tenant into the ring that it belongs to now, at the end if it was not there.
    private mutating func settle(_ name: Int, _ urgency: JobUrgency) {
        guard !tenants[name].ready[urgency].isEmpty else { return rings[urgency].remove(name) }
        if isOwed(name, urgency) {
            rings[urgency].others.remove(name)
            rings[urgency].owed.append(name)
        } else if tenants[name].used.hasRoom(for: urgency, within: perTenant) {
            rings[urgency].owed.remove(name)
            rings[urgency].others.append(name)
        } else {
            rings[urgency].remove(name)
        }
    }
}
