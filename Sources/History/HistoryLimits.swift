/// How long, and how much, is kept.
package struct HistoryLimits: Equatable, Sendable {
    /// In milliseconds. 0: nothing is kept.
    package var age: Int64
    /// On disk, all segments together.
    package var bytes: Int
    /// Entries of all segments: what is in memory of each is bounded by it.
    package var entries = 500_000

    package init(age: Int64, bytes: Int) { (self.age, self.bytes) = (age, bytes) }

    package init(days: Int, megabytes: Int) {
        self.init(age: Int64(days) * 86_400_000, bytes: megabytes << 20)
    }

    package var isOff: Bool { age <= 0 || bytes <= 0 }

    /// Parts of the whole that go at once: the oldest entry outlives its age, and the whole its size, by no more than one.
    static let parts = 32

    /// A position in it fits into four bytes.
    var segmentBytes: Int { min(max(bytes / Self.parts, 4_096), 64 << 20) }
    var segmentAge: Int64 { max(age / Int64(Self.parts), 1) }
    var segmentEntries: Int { max(entries / Self.parts, 1) }
}
