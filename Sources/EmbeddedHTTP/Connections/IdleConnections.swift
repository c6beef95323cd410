/// Connections on which nothing of a request has come, the longest idle first.
struct IdleConnections {
    private var since: [Int: UInt64] = [:]
    /// Entries may be stale: only one whose time is that in `since` counts.
    private var order: [(id: Int, since: UInt64)] = []
    private var first = 0
    private var now: UInt64 = 0

    var count: Int { since.count }

    mutating func insert(_ id: Int) {
        guard since[id] == nil else { return }
        now += 1
        since[id] = now
        // Most entries are stale on busy connections: dropped now and then, they cost a constant each.
        if order.count > 64 + 2 * since.count {
            order = order[first...].filter { since[$0.id] == $0.since }
            first = 0
        }
        order.append((id, now))
    }

    mutating func remove(_ id: Int) { since[id] = nil }

    /// The one that has been idle for longest; it counts as idle no longer.
    mutating func removeOldest() -> Int? {
        while first < order.count {
            let entry = order[first]
            first += 1
            if since[entry.id] == entry.since {
                since[entry.id] = nil
                return entry.id
            }
        }
        order = []
        first = 0
        return nil
    }
}
