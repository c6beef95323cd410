/// The jobs of one lane in the order of acceptance.
///
/// Taking the first and adding to the end cost the same however long the line is, and nothing else happens often. Most
/// lines hold one job, which takes no memory of its own.
struct LaneQueue: Sendable, Equatable, Sequence {
    /// Job 0 is never given out and stands for none.
    private var head: UInt64 = 0
    /// The jobs behind the head, after a first number: how many places after it are used up.
    ///
    /// One array and not an array and a counter, since there is a line for each of millions of lanes.
    private var rest: [UInt64] = []

    init() {}

    var first: JobID? { head == 0 ? nil : JobID(rawValue: head) }
    var last: JobID? { rest.count > start ? JobID(rawValue: rest[rest.count - 1]) : first }
    var isEmpty: Bool { head == 0 }
    var count: Int { head == 0 ? 0 : 1 + rest.count - start }

    /// How many stand before a job.
    func count(before job: JobID) -> Int {
        head == 0 || job.rawValue <= head ? 0 : 1 + firstPlace(notBefore: job.rawValue) - start
    }

    /// The place in `rest` of the job behind the head.
    private var start: Int { rest.isEmpty ? 0 : 1 + Int(rest[0]) }

    struct Iterator: IteratorProtocol {
        fileprivate var head: UInt64
        fileprivate var rest: ArraySlice<UInt64>.Iterator

        mutating func next() -> JobID? {
            if head != 0 {
                defer { head = 0 }
                return JobID(rawValue: head)
            }
            return rest.next().map(JobID.init)
        }
    }

    func makeIterator() -> Iterator { Iterator(head: head, rest: rest[start...].makeIterator()) }

    mutating func insert(_ job: JobID) {
        let job = job.rawValue
        if head == 0 || job == head {
            head = job
        } else if job < head {
            insert(head, at: start)
            head = job
        } else if rest.count == start || rest[rest.count - 1] < job {
            insert(job, at: rest.count)
        } else {
            let place = firstPlace(notBefore: job)
            if rest[place] != job { insert(job, at: place) }
        }
    }

    private mutating func insert(_ job: UInt64, at place: Int) {
        if rest.isEmpty {
            rest = [0, job]
        } else if place == start, start > 1 {
            rest[place - 1] = job
            rest[0] -= 1
        } else {
            rest.insert(job, at: place)
        }
    }

    /// Of two lines makes one, in the order of acceptance.
    mutating func merge(_ other: LaneQueue) {
        guard !isEmpty else { return self = other }
        var theirs = other.makeIterator()
        var (mine, merged) = (makeIterator(), LaneQueue())
        var (a, b) = (mine.next(), theirs.next())
        while let job = a.map({ a in b.map { Swift.min(a, $0) } ?? a }) ?? b {
            merged.insert(job)
            if a == job { a = mine.next() }
            if b == job { b = theirs.next() }
        }
        self = merged
    }

    mutating func remove(_ job: JobID) {
        if job.rawValue == head { return removeFirst() }
        let place = firstPlace(notBefore: job.rawValue)
        guard place < rest.count, rest[place] == job.rawValue else { return }
        if rest.count - start == 1 { rest = [] } else { rest.remove(at: place) }
    }

    private mutating func removeFirst() {
        guard start < rest.count else {
            head = 0
            rest = []
            return
        }
        head = rest[start]
        rest[0] += 1
        if start == rest.count {
            rest = []
        } else if start > 64, start * 2 > rest.count {
            rest.removeSubrange(1..<start)
            rest[0] = 0
        }
    }

    private func firstPlace(notBefore job: UInt64) -> Int {
        var (low, high) = (start, rest.count)
        while low < high {
            let middle = (low + high) / 2
            if rest[middle] < job { low = middle + 1 } else { high = middle }
        }
        return low
    }

    static func == (a: LaneQueue, b: LaneQueue) -> Bool { a.elementsEqual(b) }
}
