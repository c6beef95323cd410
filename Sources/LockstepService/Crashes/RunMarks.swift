import Synchronization

/// Notes which jobs are under way where the next process finds it, and reads what the last one left.
///
/// After a magic word and the signal that ended the process come slots of two words, for jobs under way (job, whether it
/// is a trial), and rows of two words, for the record of crashes (job, crashes and signal). Job 0 is none.
final class RunMarks: Sendable {
    /// What the process before this one left.
    struct Left: Sendable {
        /// 0 if no crash ended it.
        var signal: UInt8
        var marks: [CrashRecord.Mark]
        var record: CrashRecord
    }

    static let signalWord = 1
    /// More jobs than run at once, but for batches. One that finds no slot is not marked.
    private static let count = 8_192
    private static let firstSlot = 8
    private static let firstRow = firstSlot + 2 * count
    static let words = firstRow + 2 * count
    private static let magic = UInt64(0x3130_534E_5552_534C)  // "LSRUNS01"

    private struct State {
        /// Slots that are free, the next one last.
        var free = Array((0..<RunMarks.count).reversed())
        var rows: [UInt64: Int] = [:]
    }

    private let memory: any MarkMemory
    private let state = Mutex(State())

    init(_ memory: any MarkMemory) { self.memory = memory }

    var signalByte: UnsafeMutablePointer<UInt8>? { memory.signalByte }

    /// Once, before anything is marked. Memory of another layout holds nothing.
    func left() -> Left {
        guard memory.load(0) == Self.magic else { return Left(signal: 0, marks: [], record: CrashRecord()) }
        var (marks, entries): ([CrashRecord.Mark], [UInt64: CrashRecord.Entry]) = ([], [:])
        for index in 0..<Self.count {
            let (slot, row) = (Self.firstSlot + 2 * index, Self.firstRow + 2 * index)
            let marked = memory.load(slot)
            if marked != 0 { marks.append(.init(job: marked, isTrial: memory.load(slot + 1) != 0)) }
            let job = memory.load(row)
            if job != 0 { entries[job] = CrashRecord.Entry(word: memory.load(row + 1)) }
        }
        return Left(
            signal: UInt8(truncatingIfNeeded: memory.load(Self.signalWord)), marks: marks, record: CrashRecord(entries))
    }

    /// Keeps this record instead of what was left. Of more jobs than there are rows, the newest are not kept.
    func start(with record: CrashRecord) {
        let known = record.entries.sorted { $0.key < $1.key }.prefix(Self.count)
        state.withLock { state in
            for index in 0..<Self.count { memory.store(0, at: Self.firstRow + 2 * index) }
            for (index, (job, entry)) in known.enumerated() {
                memory.store(entry.word, at: Self.firstRow + 2 * index + 1)
                memory.store(job, at: Self.firstRow + 2 * index)
                state.rows[job] = index
            }
            // The record first: a process that is killed between them must not forget the crash.
            memory.store(0, at: Self.signalWord)
            for index in 0..<Self.count { memory.store(0, at: Self.firstSlot + 2 * index) }
            memory.store(Self.magic, at: 0)
        }
    }

    /// - Returns: what `end` takes; nil if there is no slot left.
    func begin(_ job: UInt64, isTrial: Bool = false) -> Int? {
        state.withLock { state in
            guard let index = state.free.popLast() else { return nil }
            memory.store(isTrial ? 1 : 0, at: Self.firstSlot + 2 * index + 1)
            memory.store(job, at: Self.firstSlot + 2 * index)
            return index
        }
    }

    func end(_ slot: Int?) {
        guard let slot else { return }
        state.withLock { state in
            memory.store(0, at: Self.firstSlot + 2 * slot)
            state.free.append(slot)
        }
    }

    /// The job of the slot goes on like any other.
    func endTrial(_ slot: Int?) {
        guard let slot else { return }
        memory.store(0, at: Self.firstSlot + 2 * slot + 1)
    }

    /// Keeps the entry of a job that has one.
    func keep(_ entry: CrashRecord.Entry, of job: UInt64) {
        state.withLock { state in
            guard let row = state.rows[job] else { return }
            memory.store(entry.word, at: Self.firstRow + 2 * row + 1)
        }
    }

    func forget(_ job: UInt64) {
        state.withLock { state in
            guard let row = state.rows.removeValue(forKey: job) else { return }
            memory.store(0, at: Self.firstRow + 2 * row)
        }
    }
}

extension CrashRecord.Entry {
    fileprivate init(word: UInt64) {
        crashes = Int(UInt16(truncatingIfNeeded: word))
        signal = UInt8(truncatingIfNeeded: word >> 16)
        isSpent = word >> 24 & 1 == 1
        isBeyondTrial = word >> 25 & 1 == 1
        outlasted = Int(word >> 26 & 3)
    }

    fileprivate var word: UInt64 {
        UInt64(UInt16(clamping: crashes)) | UInt64(signal) << 16 | (isSpent ? 1 << 24 : 0)
            | (isBeyondTrial ? 1 << 25 : 0) | UInt64(min(outlasted, 3)) << 26
    }
}
