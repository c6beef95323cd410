package import FileJournal
import Synchronization

/// Keeps what happened to each subject, for a bounded time and size, in files of its own beside the journal.
///
/// Nothing depends on it: `note` returns at once, nothing is ever synced for it, and entries that a full or failing disk
/// does not take are dropped and counted. Work on files is done by its thread, in the order in which it was asked for,
/// so that what was noted before a question is in the answer.
package final class History: Sendable {
    struct Core {
        var book: HistoryBook
        /// The segment that is written to.
        var open: (number: UInt64, file: any OpenFile, end: Int)?
        var failure: String?
        /// Until then no write is tried, in milliseconds since 1970.
        var restsUntil: Int64 = 0
        var dropped = 0
        /// Entries that were read from files, for tests.
        var reads = 0
    }

    package let limits: HistoryLimits
    let files: HistoryFiles
    let core: Mutex<Core>
    let thread: HistoryThread
    private let mailbox = Mutex(HistoryMailbox())
    let now: @Sendable () -> Int64
    private let isDiskShort: @Sendable () -> Bool

    /// Reads what is there, on its own thread.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - isDiskShort: whether others, who go first, find no room on the disk: then nothing is written, and the oldest
    ///     segments go.
    package init(
        _ directory: String, limits: HistoryLimits, files: any FileSystem, on thread: HistoryThread,
        now: @escaping @Sendable () -> Int64, isDiskShort: @escaping @Sendable () -> Bool = { false }
    ) {
        self.limits = limits
        self.files = HistoryFiles(directory: directory, files: files)
        self.thread = thread
        self.now = now
        self.isDiskShort = isDiskShort
        core = Mutex(Core(book: HistoryBook(limits)))
        thread.begin { self.load() }
    }

    /// Returns at once, whatever becomes of the entry.
    ///
    /// - Parameters:
    ///   - size: bytes that the closure holds on to, nearly.
    ///   - make: run on the history's thread. Nil: there is nothing to keep.
    package func note(size: Int, _ make: @escaping @Sendable () -> HistoryEntry?) {
        let mustTell = mailbox.withLock { $0.put(.init(size: size + 128, make: make)) }
        if mustTell { thread.begin { self.drain() } }
    }

    /// Lets what is too old go, also while nothing is noted.
    package func expire() {
        thread.begin {
            self.core.withLock { core in
                self.perform(core.book.expire(at: self.now()), &core)
                if self.isDiskShort() { self.perform(core.book.giveBack(), &core) }
            }
        }
    }

    /// Returns when all that was noted is written, as far as the disk takes it.
    package func flush() async {
        await thread.run { self.drain() }
    }

    /// Writes what was noted; later notes are dropped.
    package func close() async {
        mailbox.withLock { $0.close() }
        await thread.run {
            self.drain()
            self.core.withLock { core in
                core.open?.file.close()
                core.open = nil
            }
        }
    }

    package var standing: HistoryStanding {
        let lost = mailbox.withLock { $0.dropped }
        return core.withLock { core in
            var standing = HistoryStanding()
            standing.failure = core.failure
            standing.dropped = core.dropped + lost
            (standing.entries, standing.bytes) = (core.book.ring.entries, core.book.ring.bytes)
            (standing.memory, standing.oldest) = (core.book.memory, core.book.ring.oldest)
            return standing
        }
    }

    // MARK: On its thread

    private func load() {
        core.withLock { core in
            do throws(FileError) {
                for number in try files.prepare() {
                    var entries: [(entry: HistoryEntry, offset: Int)] = []
                    var index: [(entry: HistoryEntry, offset: Int)] = []
                    let end = try files.scan(number) { entry, offset in
                        // What is in memory of an entry needs no parts.
                        var bare = entry
                        bare.parts = []
                        index.append((bare, offset))
                    }
                    swap(&entries, &index)
                    core.book.found(number, bytes: end, entries)
                }
            } catch {
                fail(error, &core)
            }
            perform(core.book.expire(at: now()), &core)
        }
    }

    func drain() {
        let notes = mailbox.withLock { $0.take() }
        guard !notes.isEmpty else { return }
        core.withLock { core in
            let now = now()
            if isDiskShort() {
                core.dropped += notes.count
                core.failure = "the disk is full"
                return perform(core.book.giveBack(), &core)
            }
            guard now >= core.restsUntil || now < core.restsUntil - Self.rest else {
                core.dropped += notes.count
                return
            }
            var (bytes, placed) = ([UInt8](), [(entry: HistoryEntry, offset: Int)]())
            for note in notes {
                guard let entry = note.make() else { continue }
                placed.append((entry, bytes.count))
                EntryFormat.append(entry, to: &bytes)
                if bytes.count >= Self.writtenAtOnce {
                    write(bytes, placed, at: now, &core)
                    (bytes, placed) = ([], [])
                }
            }
            write(bytes, placed, at: now, &core)
        }
    }

    private static let writtenAtOnce = 256 << 10
    /// After a failure.
    private static let rest: Int64 = 1_000

    private func write(
        _ bytes: [UInt8], _ placed: [(entry: HistoryEntry, offset: Int)], at now: Int64, _ core: inout Core
    ) {
        guard !placed.isEmpty else { return }
        do throws(FileError) {
            if core.open == nil { try reopen(&core) }
            try carryOut(core.book.makeRoom(bytes: bytes.count, at: now), &core)
            guard let open = core.open else { return core.dropped += placed.count }
            try open.file.writeAll(bytes, at: UInt64(open.end))
            core.open?.end = open.end + bytes.count
            core.book.wrote(placed.map { ($0.entry, open.end + $0.offset) }, to: open.number, bytes: bytes.count)
            core.failure = nil
        } catch {
            core.dropped += placed.count
            fail(error, &core)
            if !error.isNoSpace { core.book.seal() }
            core.restsUntil = now + Self.rest
            core.open?.file.close()
            core.open = nil
        }
    }

    /// Goes on behind the last whole entry of the newest segment: what is torn behind it is written over, or cut off.
    private func reopen(_ core: inout Core) throws(FileError) {
        guard let last = core.book.ring.segments.last else { return }
        do throws(FileError) {
            let file = try files.files.open(files.path(last.number), .update)
            try file.truncate(UInt64(last.bytes))
            core.open = (last.number, file, last.bytes)
        } catch {
            guard error.isMissing else { throw error }
            // Its making failed, or a person took it away.
            perform(core.book.remove(last.number), &core)
            try reopen(&core)
        }
    }

    private func carryOut(_ steps: [HistoryRing.Step], _ core: inout Core) throws(FileError) {
        for step in steps {
            switch step {
            case .remove(let number): remove(number, &core)
            case .begin(let number):
                core.open?.file.close()
                core.open = nil
                core.open = (number, try files.create(number), 0)
            }
        }
    }

    /// Removals only.
    func perform(_ steps: [HistoryRing.Step], _ core: inout Core) {
        for case .remove(let number) in steps { remove(number, &core) }
    }

    private func remove(_ number: UInt64, _ core: inout Core) {
        if core.open?.number == number {
            core.open?.file.close()
            core.open = nil
        }
        do throws(FileError) { try files.remove(number) } catch { fail(error, &core) }
    }

    private func fail(_ error: FileError, _ core: inout Core) {
        core.failure = error.isNoSpace ? "the disk is full" : error.description
    }
}
