/// Jobs by the time at which they may run again (milliseconds since 1970): a binary heap, earliest first, of sixteen bytes
/// each. Entries are not taken back: the caller that pops one asks the job whether it still counts.
struct DelayQueue: Sendable {
    private var heap: [(due: Int64, job: JobID)] = []

    var earliest: Int64? { heap.first?.due }
    var count: Int { heap.count }

    mutating func add(_ job: JobID, due: Int64) {
        heap.append((due, job))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop(dueBy now: Int64) -> (job: JobID, due: Int64)? {
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
            guard least != parent else { return (first.job, first.due) }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
