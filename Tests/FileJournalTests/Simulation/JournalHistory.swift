import SeededRandom
import Foundation
import FileJournal
import DeterministicSimulation

/// A history of one journal that follows from its seed: lives that end in good order, by a kill or by a loss of power,
/// over a disk that fails. After each, what the next one finds is compared with what was promised.
struct JournalHistory {
    /// What happened, so that a test can say that enough did.
    struct Tally {
        var lives = 0
        var crashes = 0
        var kills = 0
        var torn = 0
        var poisoned = 0
        var refusals = 0
        var checkpoints = 0
        var segments = 0
        var reads = 0
        var failedOpenings = 0
        var records = 0

        static func += (sum: inout Tally, one: Tally) {
            sum.lives += one.lives
            sum.crashes += one.crashes
            sum.kills += one.kills
            sum.torn += one.torn
            sum.poisoned += one.poisoned
            sum.refusals += one.refusals
            sum.checkpoints += one.checkpoints
            sum.segments += one.segments
            sum.reads += one.reads
            sum.failedOpenings += one.failedOpenings
            sum.records += one.records
        }
    }

    /// What is ordered to go wrong in one life.
    enum Trouble: CaseIterable {
        case none, power, errors, shortWrites, fullDisk
    }

    private var random: SeededGenerator
    private(set) var files: SimulatedFileSystem
    private(set) var model = JournalModel()
    private(set) var tally = Tally()
    /// Calls that changed something, in each life.
    private(set) var changes: [Int] = []
    private var options: JournalOptions

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        files = SimulatedFileSystem(seed: random.next())
        options = JournalOptions(segmentSize: [1024, 1536, 4096].randomElement(using: &random)!, maxPayload: 128)
        options.segmentsAhead = Int.random(in: 1...2, using: &random)
        options.batchLimit = [200, 4 << 20].randomElement(using: &random)!
    }

    /// - Parameter cut: in the first life, power goes instead of the change with this number.
    mutating func run(lives: Int = 4, cut: Int? = nil) throws {
        for life in 0..<lives {
            let trouble = cut == nil ? Trouble.allCases.randomElement(using: &random)! : .none
            order(trouble)
            if life == 0, let cut { files.failPower(at: cut) }
            try live(trouble)
        }
        files.faults = FileFaults()
        // Recovering twice is recovering once.
        let found = try opening(.none)?.replayed
        try end(.kill)
        let again = try opening(.none)?.replayed
        try model.check(found != nil && found == again, "a second recovery told something else")
        try end(.kill)
    }

    private mutating func order(_ trouble: Trouble) {
        var faults = FileFaults()
        switch trouble {
        case .none: break
        case .power: faults.powerFailsAt = Int.random(in: 0..<90, using: &random)
        case .errors:
            let operations: [FileError.Operation] = [
                .write, .write, .sync, .sync, .open, .read, .rename, .syncDirectory, .allocate, .remove, .list,
                .truncate, .size,
            ]
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                faults.failures.append(
                    FileFaults.Failure(
                        operations.randomElement(using: &random)!, [EIO, ENOSPC].randomElement(using: &random)!,
                        after: Int.random(in: 0..<12, using: &random)))
            }
        case .shortWrites: faults.longestWrite = Int.random(in: 1..<300, using: &random)
        case .fullDisk: faults.capacity = max(files.used, (4 + Int.random(in: 0..<6, using: &random)) * 4096)
        }
        files.faults = faults
    }

    // MARK: One life

    private enum End { case kill, crash, inOrder }
    private var journal: Journal?
    private var steps = SteppedJournal(now: .now)
    /// What the next opening must tell at least.
    private var promised: UInt64 = 0
    private var checkpointing: UInt64?
    private var checkpointTold = Box<Result<Void, JournalError>?>(nil)

    private mutating func live(_ trouble: Trouble) throws {
        tally.lives += 1
        if try opening(trouble) != nil {
            let journal = self.journal!
            journal.setReserved(model.reserved)
            for _ in 0..<Int.random(in: 0..<120, using: &random) where !files.isOff {
                try act(journal, trouble)
                try model.promised(written: journal.writtenSequence, durable: journal.durableSequence)
            }
            let isPoisoned = journal.stats().poisoned != nil
            if isPoisoned { tally.poisoned += 1 }
            let mayBePoisoned = files.isOff || trouble == .errors
            try model.check(!isPoisoned || mayBePoisoned, "poisoned: \(journal.stats().poisoned ?? "")")
        }
        try end([.kill, .crash, .crash, .inOrder].randomElement(using: &random)!)
    }

    /// Nil if it failed, as it may with this trouble.
    private mutating func opening(_ trouble: Trouble) throws -> (replayed: [ReplayedRecord], Void)? {
        let hadJournal = files.paths.contains { $0.hasSuffix(".segment") }
        var verified: VerifyReport?
        if hadJournal, trouble != .errors { verified = try? JournalInspection.verify(directory, files: files) }
        if let verified {
            try model.check(verified.isSound, "verify finds damage: \(verified.damage)")
        }
        steps = SteppedJournal(now: steps.now())
        checkpointTold = Box(nil)
        var replayed: [ReplayedRecord] = []
        do {
            let journal = try Journal.open(directory, options: options, files: files, driver: steps) {
                replayed.append($0)
            }
            self.journal = journal
            if journal.recovery.torn != nil { tally.torn += 1 }
            if let verified {
                try model.check(
                    (verified.torn != nil) == (journal.recovery.torn != nil), "verify and recovery disagree")
            }
        } catch JournalError.io(let error) {
            try model.check(files.isOff || trouble == .errors, "cannot open: \(error)")
            tally.failedOpenings += 1
            return nil
        }
        try model.recovered(replayed, atLeast: promised)
        promised = model.durable
        return (replayed, ())
    }

    private mutating func act(_ journal: Journal, _ trouble: Trouble) throws {
        if let told = checkpointTold.value {
            checkpointTold.value = nil
            if case .success = told { model.checkpointDone(upTo: checkpointing!) }
            checkpointing = nil
        }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: try submit(journal, JournalModel.job)
        case 25..<37: if model.reserved > 0 { try submit(journal, JournalModel.completion) }
        case 37..<47:
            if let last = model.entries.last {
                journal.wantDurable(Ticket(sequence: model.count, address: last.address))
            }
        case 47..<50: steps.advance(by: .milliseconds(Int.random(in: 1..<2000, using: &random)))
        case 50..<54: checkpoint(journal)
        case 54..<60: try read(journal, trouble)
        default: if let part = steps.ready.randomElement(using: &random) { steps.step(part) }
        }
    }

    private mutating func submit(_ journal: Journal, _ kind: UInt8) throws {
        let isJob = kind == JournalModel.job
        let size = isJob ? Int.random(in: 0...128, using: &random) : JournalModel.completionSize
        let byte = UInt8.random(in: 0...255, using: &random)
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0) ^ byte }
        let answer = Result { () throws(JournalError) in
            isJob
                ? try journal.submit(kind, payload, reserve: JournalModel.reserve)
                : try journal.submit(kind, payload, release: JournalModel.reserve)
        }
        switch answer {
        case .success(let ticket):
            tally.records += 1
            if ticket.address.segment != model.entries.last?.address.segment { tally.segments += 1 }
            try model.submitted(kind, payload, ticket)
        case .failure(.full):
            tally.refusals += 1
            try model.check(isJob, "a full disk refused a completion")
        case .failure(.poisoned): break
        case .failure(let error): throw error
        }
    }

    private mutating func checkpoint(_ journal: Journal) {
        guard checkpointing == nil else { return }
        let upTo =
            Bool.random(using: &random)
            ? journal.durableSequence : UInt64.random(in: model.checkpoint...journal.durableSequence, using: &random)
        let segments = journal.segments
        let retiring = segments.map(\.id).filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
        model.checkpointAsked(upTo: upTo, retiring: retiring, of: segments)
        checkpointing = upTo
        tally.checkpoints += 1
        let told = checkpointTold
        journal.checkpoint(model.checkpointRecords(upTo: upTo), upTo: upTo, retiring: retiring) { told.value = $0 }
    }

    private mutating func read(_ journal: Journal, _ trouble: Trouble) throws {
        guard let sequence = (0..<Int(journal.writtenSequence)).randomElement(using: &random) else { return }
        let entry = model.entries[sequence]
        guard !model.mayBeRetired.contains(entry.address.segment) else { return }
        let told = Box<Result<JournalRecord, JournalError>?>(nil)
        journal.read(entry.address) { told.value = $0 }
        while told.value == nil { steps.step(.worker(.reader)) }
        tally.reads += 1
        switch told.value! {
        case .success(let record):
            try model.check(
                record.payload == entry.payload && record.kind == entry.kind
                    && record.sequence == UInt64(sequence + 1), "record \(sequence + 1) reads differently")
        case .failure(.io): try model.check(files.isOff || trouble == .errors, "cannot read")
        case .failure(let error): throw error
        }
    }

    private mutating func end(_ end: End) throws {
        defer {
            journal = nil
            checkpointing = nil
        }
        changes.append(files.changes)
        switch end {
        case .inOrder:
            journal?.beginClose()
            steps.settle()
            if let journal {
                try model.check(steps.hasEnded, "closing did not end")
                if journal.stats().poisoned == nil, !files.isOff {
                    try model.promised(written: journal.writtenSequence, durable: journal.durableSequence)
                    try model.check(model.durable == model.count, "closed with \(model.count - model.durable) unsynced")
                }
            }
            promised = model.durable
            // The machine may go off at any time after it.
            if Bool.random(using: &random) {
                files = files.kill()
            } else {
                model.losePower()
                files = files.crash()
            }
        case .kill:
            tally.kills += 1
            promised = model.written
            files = files.kill()
        case .crash:
            tally.crashes += 1
            model.losePower()
            promised = model.durable
            files = files.crash()
        }
    }
}
