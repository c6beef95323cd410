/// Decides what each record's number and place are, and what the writer does next. Knows no file and no clock.
struct CommitQueue {
    struct Pending {
        var kind: UInt8
        var sequence: UInt64
        var address: RecordAddress
        var payload: [UInt8]
    }

    enum Step {
        case write([Pending])
        /// Make everything durable that is written.
        case sync
        /// Nothing to do until woken, or until then.
        case sleep(until: ContinuousClock.Instant?)
        case stop
    }

    /// `open` → `closing` (by `close`) and either → `poisoned` (by an error). A poisoned one stays so, and may be closing.
    enum Phase: Equatable {
        case open
        case closing
        case poisoned(String, isClosing: Bool)
    }

    private let options: JournalOptions
    private(set) var phase = Phase.open
    private(set) var space: SpaceLedger

    /// Of the next record.
    private(set) var nextSequence: UInt64
    private var nextAddress: RecordAddress
    private var nextEnd: Int

    private var pending: [Pending] = []
    /// Taken by the writer and not yet in the file.
    private var writing: [Pending] = []
    private(set) var written: UInt64
    private(set) var durable: UInt64
    /// Highest number that a caller waits to be durable.
    private var wanted: UInt64
    private var oldestUnsynced: ContinuousClock.Instant?
    private var wroteLast = false

    /// - Parameters:
    ///   - last: number of the last record on disk; all are durable.
    ///   - next: where the next record goes, in the live segment.
    ///   - capacity: size of the live segment.
    ///   - closed: sizes of the segments before it.
    init(options: JournalOptions, last: UInt64, next: RecordAddress, capacity: Int, closed: [Int] = []) {
        self.options = options
        nextSequence = last + 1
        written = last
        durable = last
        wanted = last
        nextAddress = next
        nextEnd = capacity
        space = SpaceLedger(
            options: options, liveRoom: capacity - Int(next.offset), liveSize: capacity, closed: closed)
    }

    enum Charge {
        /// New work: only with room for it and for what it will still need.
        case intake(reserving: Int)
        /// Belongs to work already accepted: gives back what was reserved. Refused only if the disk is full and what was
        /// set aside is used up.
        case reserved(releasing: Int)
        /// Belongs to work already accepted, of an owner that compacts: refused while only compaction can make room.
        case needed
        /// A live record that compaction moves to the end of the log.
        case copy
        /// Worth having: only with room that is not counted on for anything else.
        case optional

        /// Whether it may leave more room than is needed.
        var givesRoomBack: Bool {
            switch self {
            case .intake, .copy, .optional: false
            case .reserved, .needed: true
            }
        }
    }

    mutating func submit(_ kind: UInt8, _ payload: [UInt8], _ charge: Charge) throws(JournalError) -> Ticket {
        try checkOpen()
        guard payload.count <= options.maxPayload else {
            throw .tooLarge(bytes: payload.count, limit: options.maxPayload)
        }
        let size = RecordFormat.frameSize(payload: payload.count)
        switch charge {
        case .intake(let reserving):
            precondition(reserving >= 0, "a reserve cannot be negative")
            // Not added up before the check: the sum of two large numbers would trap.
            guard reserving <= space.freeForIntake, space.admits(size + reserving) else {
                space.refused(size + min(reserving, options.segmentSize))
                throw .full(reason: space.refusal)
            }
            space.accepted(size, reserving: reserving)
        case .reserved(let releasing):
            precondition(releasing >= 0, "a release cannot be negative")
            guard !space.hasNoNextSegment || Int(nextAddress.offset) + size <= nextEnd else {
                throw .full(reason: space.refusal)
            }
            space.release(releasing)
        case .needed: guard size <= space.freeForNeeded else { throw .full(reason: space.refusal) }
        case .copy: guard size <= space.freeForCopies else { throw .full(reason: space.refusal) }
        case .optional:
            guard size <= (space.isShort ? space.freeForIntake : space.freeForNeeded) else {
                throw .full(reason: space.refusal)
            }
        }
        return place(kind, payload, size)
    }

    private mutating func place(_ kind: UInt8, _ payload: [UInt8], _ size: Int) -> Ticket {
        if Int(nextAddress.offset) + size > nextEnd {
            nextAddress = RecordAddress(segment: nextAddress.segment + 1, offset: UInt32(SegmentHeader.size))
            nextEnd = space.beginSegment()
        }
        let record = Pending(kind: kind, sequence: nextSequence, address: nextAddress, payload: payload)
        pending.append(record)
        nextSequence += 1
        nextAddress.offset += UInt32(size)
        space.take(size)
        return Ticket(sequence: record.sequence, address: record.address)
    }

    mutating func nextStep(at now: ContinuousClock.Instant) -> Step {
        let isClosing: Bool
        switch phase {
        case .open: isClosing = false
        case .closing: isClosing = true
        case .poisoned(_, let closing): return closing ? .stop : .sleep(until: nil)
        }
        let unsyncedSince = written > durable ? oldestUnsynced : nil
        let deadline = unsyncedSince?.advanced(by: options.unsyncedLimit)
        let isDue = deadline.map { isClosing || wanted > durable || $0 <= now } ?? false
        // Write before each sync, so that it covers as many as possible; never twice in a row while one is due.
        if !pending.isEmpty, !(isDue && wroteLast) {
            wroteLast = true
            return .write(takeBatch(at: now))
        }
        if isDue {
            wroteLast = false
            return .sync
        }
        wroteLast = false
        return isClosing ? .stop : .sleep(until: deadline)
    }

    private mutating func takeBatch(at now: ContinuousClock.Instant) -> [Pending] {
        if written == durable { oldestUnsynced = now }
        var bytes = 0
        let count = pending.firstIndex { record in
            bytes += RecordFormat.frameSize(payload: record.payload.count)
            return bytes > options.batchLimit
        }
        if let count {
            let taken = max(1, count)
            writing = Array(pending[..<taken])
            pending.removeFirst(taken)
        } else {
            swap(&writing, &pending)
        }
        return writing
    }

    /// Everything up to there is in its file; a batch may get there in pieces.
    mutating func wrote(upTo sequence: UInt64) {
        written = sequence
        if writing.last?.sequence == sequence { writing = [] }
    }

    /// Everything up to there survives a loss of power.
    mutating func synced(upTo sequence: UInt64) {
        precondition(durable <= sequence && sequence <= written, "only what is written becomes durable, and for good")
        durable = sequence
    }

    mutating func want(durable sequence: UInt64) { wanted = max(wanted, sequence) }

    mutating func poison(_ reason: String) {
        switch phase {
        case .open: phase = .poisoned(reason, isClosing: false)
        case .closing: phase = .poisoned(reason, isClosing: true)
        case .poisoned: return
        }
        pending = []
        writing = []
    }

    mutating func close() {
        switch phase {
        case .open: phase = .closing
        case .poisoned(let reason, _): phase = .poisoned(reason, isClosing: true)
        case .closing: break
        }
    }

    func checkOpen() throws(JournalError) {
        switch phase {
        case .open: return
        case .closing: throw .closed
        case .poisoned(let reason, _): throw .poisoned(reason: reason)
        }
    }

    /// Why a record that is not written (or not durable) will never be, if so.
    var failure: JournalError? {
        if case .poisoned(let reason, _) = phase { .poisoned(reason: reason) } else { nil }
    }

    /// A record that is not in its file yet.
    func unwritten(at address: RecordAddress) -> JournalRecord? {
        for queue in [writing, pending] {
            // Places are handed out in order.
            var low = 0
            var high = queue.count
            while low < high {
                let middle = (low + high) / 2
                if queue[middle].address < address { low = middle + 1 } else { high = middle }
            }
            if low < queue.count, queue[low].address == address {
                let record = queue[low]
                return JournalRecord(
                    kind: record.kind, sequence: record.sequence, address: address, payload: record.payload)
            }
        }
        return nil
    }

    mutating func withSpace<Value>(_ body: (inout SpaceLedger) -> Value) -> Value { body(&space) }
}
