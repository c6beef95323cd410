/// The jobs of one lane in the order of acceptance. Taking the first and adding to the end cost the same however long
/// the line is; so does nothing else that happens often.
struct JobLine: Sendable, Equatable, Sequence {
    private var ids: [JobID] = []
    /// Places before this one are used up.
    private var head = 0

    init() {}

    var first: JobID? { head < ids.count ? ids[head] : nil }
    var isEmpty: Bool { head == ids.count }
    var count: Int { ids.count - head }

    func makeIterator() -> ArraySlice<JobID>.Iterator { ids[head...].makeIterator() }

    mutating func insert(_ job: JobID) {
        guard let last = ids.last, !isEmpty, last >= job else { return ids.append(job) }
        let place = firstPlace(notBefore: job)
        if ids[place] != job { ids.insert(job, at: place) }
    }

    /// Of two lines makes one, in the order of acceptance.
    mutating func merge(_ other: JobLine) {
        var merged: [JobID] = []
        merged.reserveCapacity(count + other.count)
        var theirs = other.ids[other.head...]
        for job in self {
            while let next = theirs.first, next < job {
                merged.append(next)
                theirs = theirs.dropFirst()
            }
            if theirs.first == job { theirs = theirs.dropFirst() }
            merged.append(job)
        }
        merged += theirs
        ids = merged
        head = 0
    }

    mutating func remove(_ job: JobID) {
        let place = firstPlace(notBefore: job)
        guard place < ids.count, ids[place] == job else { return }
        guard place == head else {
            ids.remove(at: place)
            return
        }
        head += 1
        if head == ids.count {
            ids = []
            head = 0
        } else if head > 64, head * 2 > ids.count {
            ids.removeFirst(head)
            head = 0
        }
    }

    private func firstPlace(notBefore job: JobID) -> Int {
        // Most often it is the first that is asked for.
        if let first, first >= job { return head }
        var (low, high) = (head, ids.count)
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < job { low = middle + 1 } else { high = middle }
        }
        return low
    }

    static func == (a: JobLine, b: JobLine) -> Bool { a.elementsEqual(b) }
}
