/// Says which segment files there are to be: when one is begun, and which go. The effects are the caller's.
struct HistoryRing: Equatable {
    struct Segment: Equatable {
        var number: UInt64
        var bytes = 0
        var entries = 0
        /// Of its first and its newest entry, in milliseconds since 1970. Nil: it has none.
        var times: ClosedRange<Int64>?
    }

    enum Step: Equatable {
        case begin(UInt64)
        case remove(UInt64)
    }

    var limits: HistoryLimits
    /// By their numbers; the last one is written to.
    private(set) var segments: [Segment] = []
    private(set) var next: UInt64 = 1
    /// The last segment takes no more.
    private var isSealed = false

    init(_ limits: HistoryLimits) { self.limits = limits }

    var bytes: Int { segments.reduce(0) { $0 + $1.bytes } }
    var entries: Int { segments.reduce(0) { $0 + $1.entries } }
    var oldest: Int64? { segments.lazy.compactMap(\.times?.lowerBound).first }

    /// A file that was found, in the order of the numbers.
    mutating func found(_ segment: Segment) {
        segments.append(segment)
        next = max(next, segment.number &+ 1)
    }

    /// Removals first, so that the whole never takes more than it may; then a beginning, if the entries need one.
    mutating func makeRoom(bytes: Int, at now: Int64) -> [Step] {
        var steps: [Step] = []
        let isOpen = !isSealed && (segments.last.map { takes($0, bytes: bytes, at: now) } ?? false)
        steps += expire(at: now, keepsLast: isOpen)
        while let oldest = segments.first, segments.count > (isOpen ? 1 : 0),
            self.bytes + bytes > limits.bytes || entries >= limits.entries
        {
            steps.append(remove(oldest.number))
        }
        if !isOpen || segments.isEmpty {
            segments.append(Segment(number: next))
            steps.append(.begin(next))
            next &+= 1
            isSealed = false
        }
        return steps
    }

    /// After a failure that may be the file's own: what comes goes into another one.
    mutating func seal() { isSealed = true }

    private func takes(_ segment: Segment, bytes: Int, at now: Int64) -> Bool {
        guard let times = segment.times else { return true }
        // After the clock was set back: the segment is as old as it was.
        let age = now > times.lowerBound ? now - times.lowerBound : 0
        return segment.bytes + bytes <= limits.segmentBytes && segment.entries < limits.segmentEntries
            && age < limits.segmentAge
    }

    mutating func wrote(bytes: Int, at times: some Sequence<Int64>) {
        guard var last = segments.popLast() else { return }
        last.bytes += bytes
        for time in times {
            last.entries += 1
            let known = last.times ?? time...time
            last.times = min(known.lowerBound, time)...max(known.upperBound, time)
        }
        segments.append(last)
    }

    /// What is too old by now.
    mutating func expire(at now: Int64, keepsLast: Bool = false) -> [Step] {
        let old = segments.dropLast(keepsLast ? 1 : 0).filter { segment in
            guard let newest = segment.times?.upperBound else { return false }
            return now > newest && now - newest >= limits.age
        }
        return old.map { remove($0.number) }
    }

    /// The oldest goes, so that others find room on the disk. Nil: there is none.
    mutating func giveBack() -> Step? { segments.first.map { remove($0.number) } }

    mutating func remove(_ number: UInt64) -> Step {
        segments.removeAll { $0.number == number }
        return .remove(number)
    }

    /// The file was written anew, with fewer entries.
    mutating func replaced(_ segment: Segment) {
        guard let at = segments.firstIndex(where: { $0.number == segment.number }) else { return }
        segments[at] = segment
    }
}
