/// Lanes by the instant at which they may run again: a binary heap, earliest first. Entries are not taken back: whoever
/// pops one asks the lane whether it still means it.
struct DueLine: Sendable {
    private var heap: [(due: Duration, lane: LaneID)] = []

    var earliest: Duration? { heap.first?.due }
    var count: Int { heap.count }

    mutating func add(_ lane: LaneID, due: Duration) {
        heap.append((due, lane))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop(dueBy now: Duration) -> (lane: LaneID, due: Duration)? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].due < heap[least].due
            {
                least = child
            }
            guard least != parent else { return (first.lane, first.due) }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
