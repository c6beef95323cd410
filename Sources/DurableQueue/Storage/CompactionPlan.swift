import Clocks

/// When the log is folded into a checkpoint, and what for.
struct CompactionPlan: Sendable {
    /// Bytes logged since the last checkpoint.
    private(set) var logged: Int
    /// A record was refused since then, so that room is worth more than writing.
    private(set) var isFull = false
    private(set) var isRunning = false
    /// After one that gained nothing, no other is tried for its room before.
    private var notBefore = Instant()

    static let pause = Duration.seconds(1)

    init(logged: Int) { self.logged = logged }

    /// Whether one is due.
    ///
    /// A checkpoint holds all that is pending, and every lane. So at most a third of what is written is checkpoints; of a
    /// full disk more, since it waits for the segments of what is finished meanwhile.
    func isDue(jobs: Int, lanes: Int, every bytes: Int) -> Bool {
        guard !isRunning else { return false }
        let size = 48 * jobs + 96 * lanes
        if isFull, logged > size / 4 { return true }
        return logged >= max(bytes, 2 * size)
    }

    mutating func wrote(_ bytes: Int) { logged += bytes }
    mutating func refused() { isFull = true }

    /// False if one is under way.
    mutating func begin() -> Bool {
        guard !isRunning else { return false }
        isRunning = true
        return true
    }

    /// What is logged from now on counts for the next.
    mutating func takeSnapshot() { (logged, isFull) = (0, false) }

    mutating func end() { isRunning = false }

    /// The log as it is stays the truth; tried again when as much again was logged.
    mutating func fail() { logged = 0 }

    /// Whether one may be tried for the room that it makes.
    func mayMakeRoom(at now: Instant) -> Bool { !isRunning && now >= notBefore }

    mutating func gainedNothing(at now: Instant) { notBefore = now.advanced(by: Self.pause) }
}
