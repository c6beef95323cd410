/// Accounts for the room that is set aside on the disk, and which records may take it.
///
/// That room is the rest of the live segment, and whole spare segments. There are two ways
/// to promise room for records that must still come about things already accepted:
///
/// - `reserved`: so many bytes are free, whatever else happens.
/// - `needs`, for an owner that compacts: the log is so large that everything which lives, or will live, fits into three
///   quarters of it. What is free may be used up then, since compaction gains it back; room for compaction itself and for
///   a checkpoint stays out of reach of all other records.
///
/// Spares are small at first, and as large as what is held and the rate of writing ask for: an idle journal takes
/// little of the disk, and a busy one makes few files.
struct SpaceLedger {
    /// The writes that an owner that compacts must be sure of.
    struct Needs: Equatable {
        /// Bytes of records that live in the log or that were promised room to live in it.
        var holding: Int
        /// Bytes of the next checkpoint.
        var checkpoint: Int
    }

    private let smallest: Int
    private let largest: Int
    private let largestFrame: Int
    private let ahead: Int
    private let retryAfter: Duration

    private(set) var liveRoom: Int
    private var liveSize: Int
    /// Sizes of the segments that are full.
    private var closed: [Int]
    private var closedRoom: Int
    /// Sizes of the spares that no record was placed in yet, in the order of their use.
    private(set) var spares: [Int] = []
    private var spareRoom = 0
    /// Size of the largest segment or spare: any may be the one that is compacted next.
    private var largestThere: Int
    /// Segments that records were placed in before there was a file for them.
    private(set) var owed = 0
    private(set) var reserved = 0
    private(set) var needs: Needs?
    private(set) var isPreparing = false
    /// How often a spare was added.
    private(set) var gains: UInt64 = 0
    /// Why the last spare could not be made; nil since one was, or since there is enough.
    private var failure: String?
    private var nextTry: ContinuousClock.Instant?
    /// Room that was refused and may be asked for again.
    private var asked = 0
    /// Only a small spare fitted last time.
    private var isTight = false

    /// Bytes that were written or reserved since the last preparation began, and when that was.
    private var demand = 0
    private var began: ContinuousClock.Instant?

    /// - Parameters:
    ///   - liveRoom: bytes that are free in the live segment, of `liveSize`.
    ///   - closed: sizes of the segments before it.
    init(options: JournalOptions, liveRoom: Int, liveSize: Int, closed: [Int]) {
        smallest = options.smallestSegment
        largest = options.segmentSize
        largestFrame = options.largestFrame
        ahead = options.segmentsAhead
        retryAfter = max(options.fullDiskRetry, .milliseconds(1))
        self.liveRoom = liveRoom
        self.liveSize = liveSize
        self.closed = closed
        closedRoom = 0
        largestThere = max(closed.max() ?? 0, liveSize)
        closedRoom = closed.reduce(0) { $0 + usable($1) }
    }

    // MARK: Sizes

    /// Bytes that a segment holds for certain: records do not span segments, so its end may be wasted.
    private func usable(_ size: Int) -> Int { max(0, size - SegmentHeader.size - largestFrame) }
    private var available: Int { owed > 0 ? 0 : max(0, liveRoom - largestFrame) + spareRoom }

    private func size(for bytes: Int) -> Int {
        var size = smallest
        while size < bytes, size < largest { size *= 2 }
        return min(size, largest)
    }

    /// Large enough for a second of what was asked for lately.
    private func size(at now: ContinuousClock.Instant) -> Int {
        guard let began else { return steadySize }
        let seconds = max((now - began) / .seconds(1), 0.05)
        return max(steadySize, size(for: Int(min(Double(demand) / seconds, Double(largest)))))
    }

    private var steadySize: Int { size(for: (reserved + (needs?.holding ?? 0)) / 32) }

    /// How many spares, counted from the last one, a checkpoint may take the place of.
    private func sparesForCheckpoint(_ bytes: Int) -> (count: Int, room: Int) {
        var (count, size, room) = (0, 0, 0)
        for spare in spares.reversed() {
            guard size < bytes else { break }
            count += 1
            size += spare
            room += usable(spare)
        }
        return (count, room + max(0, bytes - size))
    }

    /// Kept for compaction and checkpoints.
    private var upkeep: Int {
        guard let needs else { return usable(steadySize) }
        return usable(largestThere) + sparesForCheckpoint(needs.checkpoint).room
    }

    /// Of what lives and will live, how much the log can hold and always be compacted: three quarters, so that compaction
    /// gains a quarter of each segment that it goes through; and neither the segment that is being written, nor what
    /// compaction and a checkpoint need.
    private var capacity: Int {
        guard let needs else { return .max }
        let all = closedRoom + usable(liveSize) + spareRoom
        // The checkpoint may grow with what comes of what was accepted.
        let kept = 2 * usable(largestThere) + sparesForCheckpoint(needs.checkpoint + smallest).room
        return max(0, all - kept) / 4 * 3
    }

    // MARK: Admission

    var freeForIntake: Int { max(0, min(available - reserved - upkeep, capacity - (needs?.holding ?? 0))) }

    /// For records that were promised room: all but what compaction needs to make more of it.
    var freeForNeeded: Int { max(0, available - reserved - upkeep) }

    /// Without promises to compact: on a full disk half of what is kept for upkeep, never what was promised to jobs.
    var freeForCopies: Int {
        guard let needs else { return max(0, available - reserved - upkeep / 2) }
        return max(0, available - reserved - sparesForCheckpoint(needs.checkpoint).room)
    }

    func admits(_ bytes: Int) -> Bool { bytes <= freeForIntake }

    /// The disk refused the last spare.
    var isShort: Bool { failure != nil }

    /// Whether a record must not be placed in a segment of its own: there is no file for one, and there will be none.
    var hasNoNextSegment: Bool { failure != nil && spares.isEmpty }

    var refusal: String {
        failure.map { "no room on the disk (\($0))" } ?? "room on the disk is still being set aside"
    }

    /// Why new work is refused for want of room; nil while there is some, or it is being made.
    var shortage: String? { failure.flatMap { freeForIntake < scarce ? $0 : nil } }

    /// With less room than this intake counts as closed: most messages take no more.
    private var scarce: Int { min(largestFrame, 64 << 10) }

    /// More than any room that is set aside at once cannot be had, and must not be waited for.
    mutating func refused(_ bytes: Int) { asked = max(asked, min(bytes, usable(largest))) }

    /// - Parameter bytes: what an accepted record takes, and what it was promised besides.
    mutating func accepted(_ bytes: Int, reserving: Int) {
        asked = 0
        demand += reserving
        if needs == nil { reserved += reserving } else { needs?.holding += bytes + reserving }
    }

    mutating func release(_ bytes: Int) { reserved = max(0, reserved - bytes) }
    mutating func setReserved(_ bytes: Int) { reserved = bytes }
    mutating func setNeeds(_ needs: Needs) { self.needs = needs }

    mutating func take(_ frame: Int) {
        liveRoom -= frame
        demand += frame
    }

    /// The next records go into a segment of their own. Returns how large it is at least.
    mutating func beginSegment() -> Int {
        closed.append(liveSize)
        closedRoom += usable(liveSize)
        if spares.isEmpty {
            owed += 1
            liveSize = smallest
            largestThere = max(largestThere, smallest)
        } else {
            liveSize = spares.removeFirst()
            spareRoom -= usable(liveSize)
        }
        liveRoom = liveSize - SegmentHeader.size
        return liveSize
    }

    /// A segment was deleted, or made a spare.
    mutating func retired(_ size: Int) {
        guard let place = closed.firstIndex(of: size) else { return }
        closed.remove(at: place)
        closedRoom -= usable(size)
        measure()
    }

    // MARK: Setting more aside

    /// The size of another segment to set aside now; nil if none is wanted. Must be followed by `prepared` or `failed`.
    mutating func beginPreparing(at now: ContinuousClock.Instant) -> Int? {
        let size = isTight ? smallest : size(at: now)
        guard !isPreparing else { return nil }
        guard owed > 0 || isWanted(size) else {
            // However full the disk is, there is enough.
            failure = nil
            return nil
        }
        if failure != nil, let nextTry, nextTry > now { return nil }
        isPreparing = true
        demand = 0
        began = now
        return size
    }

    private func isWanted(_ size: Int) -> Bool {
        if available < reserved + upkeep + max(ahead * usable(size), asked) { return true }
        guard let needs else { return false }
        return capacity < needs.holding + max(usable(size) / 2, asked)
    }

    mutating func prepared(_ size: Int) {
        isPreparing = false
        made(size)
    }

    /// A spare of that size is there.
    mutating func made(_ size: Int) {
        failure = nil
        add(size)
    }

    /// A segment that was retired is a spare from now on. Says nothing about the disk.
    mutating func recycled(_ size: Int) { add(size) }

    private mutating func add(_ size: Int) {
        gains += 1
        if owed > 0 {
            owed -= 1
        } else {
            spares.append(size)
            spareRoom += usable(size)
            largestThere = max(largestThere, size)
        }
    }

    /// A large spare that does not fit is followed by a small one; only then the disk is full.
    mutating func failed(_ size: Int, _ reason: String, at now: ContinuousClock.Instant) {
        isPreparing = false
        if size > smallest, !isTight { isTight = true } else { missed(reason, at: now) }
    }

    /// No spare could be made.
    mutating func missed(_ reason: String, at now: ContinuousClock.Instant) {
        failure = reason
        nextTry = now.advanced(by: retryAfter)
    }

    // MARK: Giving back

    /// Whether a spare is more than can be needed soon and goes back to the disk: the last one. A yes takes it.
    ///
    /// Two segments beyond what would be set aside, so that making and giving back do not alternate.
    mutating func trimSpare(at now: ContinuousClock.Instant) -> Bool {
        guard hasSurplus(usable(size(at: now))) else { return false }
        dropLast()
        return true
    }

    private func hasSurplus(_ segment: Int) -> Bool {
        guard let last = spares.last, !isPreparing, owed == 0,
            available - usable(last) >= reserved + (2 + ahead) * segment
        else { return false }
        var less = self
        less.dropLast()
        return available - usable(last) >= reserved + less.upkeep + (2 + ahead) * segment
            && less.capacity >= (needs?.holding ?? 0) + 2 * segment
    }

    /// When there will be something to do although nothing is submitted: to ask a full disk again, or to give back what
    /// was set aside for a rate of writing that is over. Nil: never.
    func nextLook(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if failure != nil, let nextTry, !isPreparing { return max(nextTry, now) }
        guard hasSurplus(usable(steadySize)) else { return nil }
        return now.advanced(by: .seconds(10))
    }

    private mutating func dropLast() {
        guard let last = spares.popLast() else { return }
        spareRoom -= usable(last)
        if last == largestThere { measure() }
    }

    private mutating func measure() { largestThere = max(closed.max() ?? 0, liveSize, spares.max() ?? 0) }

    /// Segments were deleted: the disk may be asked again at once.
    mutating func diskGainedRoom() {
        nextTry = nil
        isTight = false
    }

    /// Whether a spare may be given up for a checkpoint without touching what is reserved. A yes takes the last one.
    mutating func reclaimSpare() -> Bool {
        guard let last = spares.last, available - usable(last) >= reserved else { return false }
        dropLast()
        return true
    }
}
