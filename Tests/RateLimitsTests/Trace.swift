/// Calls as they went: from the start here to the end here; the peer counted each at some instant in between.
struct Trace {
    struct Call {
        var start: Duration
        var end: Duration
    }

    var calls: [Call] = []

    /// The most calls that a peer can have counted within any window `[t, t + width)`, if each arrived at the instant
    /// that makes matters worst.
    ///
    /// A call can be made to arrive in a window that it overlaps, whatever the others do. A window that begins at the
    /// end of some call overlaps at least as much as one that begins later but before the next end.
    func mostInAnyWindow(of width: Duration) -> Int {
        let starts = calls.map(\.start).sorted()
        let ends = calls.map(\.end).sorted()
        return calls.map { call in
            starts.countBefore(call.end + width) - ends.countBefore(call.end)
        }.max() ?? 0
    }

    /// The most calls that can have arrived in any UTC day, for a wall that shows `wall` at instant zero, and a peer
    /// whose clock is up to `skew` off.
    func mostInAnyDay(wall: Duration, skew: Duration) -> Int {
        var counts: [Int64: Int] = [:]
        for call in calls {
            let first = (wall + call.start - skew).components.seconds / 86_400
            let last = (wall + call.end + skew).components.seconds / 86_400
            for day in first...last { counts[day, default: 0] += 1 }
        }
        return counts.values.max() ?? 0
    }
}

extension [Duration] {
    /// How many elements of a sorted array come before `bound`.
    fileprivate func countBefore(_ bound: Duration) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
