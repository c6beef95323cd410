/// How urgent the work is that waits for a lock.
package enum LockRank: Sendable {
    /// Goes before all bulk work.
    case live
    case bulk
}

/// Who holds each key and who waits for it: live ones before bulk ones, each rank in the order it came.
struct LockLines<Key: Hashable, Caller: Equatable> {
    private struct Line {
        var holder: Caller
        var live: [Caller] = []
        var bulk: [Caller] = []

        var waiting: [Caller] { live + bulk }

        mutating func popFirst() -> Caller? {
            if !live.isEmpty { return live.removeFirst() }
            return bulk.isEmpty ? nil : bulk.removeFirst()
        }
    }

    /// Keys that are held.
    private var lines: [Key: Line] = [:]

    /// - Returns: the key's holder: the caller itself if the key was free; else the caller waits.
    mutating func enter(_ caller: Caller, for key: Key, _ rank: LockRank) -> Caller {
        guard let line = lines[key] else {
            lines[key] = Line(holder: caller)
            return caller
        }
        switch rank {
        case .live: lines[key]?.live.append(caller)
        case .bulk: lines[key]?.bulk.append(caller)
        }
        return line.holder
    }

    /// The caller lets the key go, or waits for it no longer.
    ///
    /// - Returns: the waiter that holds the key from now on, if there is one.
    mutating func leave(_ caller: Caller, _ key: Key) -> Caller? {
        guard lines[key]?.holder == caller else {
            lines[key]?.live.removeAll { $0 == caller }
            lines[key]?.bulk.removeAll { $0 == caller }
            return nil
        }
        guard let next = lines[key]?.popFirst() else {
            lines[key] = nil
            return nil
        }
        lines[key]?.holder = next
        return next
    }

    func holder(of key: Key) -> Caller? { lines[key]?.holder }

    /// In the order of their turns.
    func waiters(for key: Key) -> [Caller] { lines[key]?.waiting ?? [] }

    /// The holder of the key that such a caller waits for. Searches all waiters.
    func holder(waitedForBy isMeant: (Caller) -> Bool) -> Caller? {
        lines.values.first { $0.waiting.contains(where: isMeant) }?.holder
    }
}
