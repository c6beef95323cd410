/// Knows how much may still be written for certain, and who may have it.
///
/// Every byte of it is set aside on the disk: the rest of the live segment, and whole spare segments. What is reserved
/// belongs to records that must still come about things already accepted (their completion). One segment more stays
/// out of intake's reach, so that compaction and a checkpoint can always make room.
struct SpaceLedger {
    private let segmentRoom: Int
    private let largestFrame: Int
    private let ahead: Int
    private let retryAfter: Duration

    private(set) var liveRoom: Int
    /// May be below zero for a while, when a segment was begun that is yet to be made.
    private(set) var spares = 0
    private(set) var reserved = 0
    private var isPreparing = false
    private var failure: (reason: String, at: ContinuousClock.Instant)?

    init(options: JournalOptions, liveRoom: Int) {
        segmentRoom = options.segmentSize - SegmentHeader.size
        largestFrame = options.largestFrame
        ahead = options.segmentsAhead
        retryAfter = options.fullDiskRetry
        self.liveRoom = liveRoom
    }

    /// What a spare segment holds for certain: records do not span segments, so its end may be wasted.
    private var usable: Int { segmentRoom - largestFrame }
    private var available: Int { max(0, liveRoom - largestFrame) + spares * usable }

    var freeForIntake: Int { max(0, available - reserved - usable) }

    /// On a full disk half of the segment that is kept for upkeep: never what was promised to jobs.
    var freeForCopies: Int { max(0, available - reserved - usable / 2) }

    func admits(_ bytes: Int) -> Bool { bytes <= freeForIntake }

    var refusal: String {
        failure.map { "no room on the disk (\($0.reason))" } ?? "room on the disk is still being set aside"
    }

    /// Why there is no room for new work; nil while there is some, or it is being made.
    var shortage: String? { failure.flatMap { freeForIntake < scarce ? $0.reason : nil } }

    /// With less room than this intake counts as closed: most messages take no more.
    private var scarce: Int { min(largestFrame, 64 << 10) }

    mutating func reserve(_ bytes: Int) { reserved += bytes }
    mutating func release(_ bytes: Int) { reserved = max(0, reserved - bytes) }
    mutating func setReserved(_ bytes: Int) { reserved = bytes }

    mutating func take(_ frame: Int) { liveRoom -= frame }

    /// The next records go into a segment of their own.
    mutating func beginSegment() {
        spares -= 1
        liveRoom = segmentRoom
    }

    /// Whether to set another segment aside now. A yes must be followed by `prepared` or `failed`.
    mutating func beginPreparing(at now: ContinuousClock.Instant) -> Bool {
        guard !isPreparing, available < reserved + (1 + ahead) * usable else { return false }
        if let failure, failure.at.advanced(by: retryAfter) > now { return false }
        isPreparing = true
        return true
    }

    mutating func prepared() {
        isPreparing = false
        failure = nil
        spares += 1
    }

    mutating func failed(_ reason: String, at now: ContinuousClock.Instant) {
        isPreparing = false
        failure = (reason, now)
    }

    /// Whether a spare is more than can be needed soon and goes back to the disk. A yes takes it.
    ///
    /// Two segments beyond what would be set aside, so that making and giving back do not alternate.
    mutating func giveBackSpare() -> Bool {
        guard spares > 0, !isPreparing, available - usable >= reserved + (3 + ahead) * usable else { return false }
        spares -= 1
        return true
    }

    /// The writer could not wait and made a segment itself.
    mutating func madeInHaste() { spares += 1 }

    /// Segments were deleted: the disk may be asked again at once.
    mutating func diskGainedRoom() { failure = nil }

    /// Whether a spare may be given up for a checkpoint without touching what is reserved. A yes takes it.
    mutating func surrenderSpare() -> Bool {
        guard spares > 0, available - usable >= reserved else { return false }
        spares -= 1
        return true
    }
}
