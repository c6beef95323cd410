import DeterministicSimulation
import FileJournal
import SeededRandom
import Synchronization
import Testing

@testable import History

/// Every write is done at once, on a disk in memory.
struct HistoryTests {
    private static let directory = "/data/history"

    private func history(
        _ files: SimulatedFileSystem, _ limits: HistoryLimits = HistoryLimits(days: 7, megabytes: 1),
        at now: @escaping @Sendable () -> Int64 = { 0 }, isDiskShort: @escaping @Sendable () -> Bool = { false }
    ) -> History {
        History(Self.directory, limits: limits, files: files, on: .caller, now: now, isDiskShort: isDiskShort)
    }

    private func person(
        _ job: UInt64, _ name: String, keys: [String] = [], scope: String = "downtown", at: Int64 = 0
    ) -> HistoryEntry {
        HistoryEntry(
            at: at, kind: 1, scope: scope, jobs: [job], keys: keys, words: name.lowercased(),
            parts: [.init(1, name.utf8)])
    }

    private func end(_ job: UInt64, lane: Int, scope: String = "downtown") -> HistoryEntry {
        HistoryEntry(at: 0, kind: 3, scope: scope, jobs: [job], keys: ["lane:\(lane)"])
    }

    private func note(_ entries: [HistoryEntry], in history: History) {
        for entry in entries { history.note(size: entry.size) { entry } }
    }

    private func names(_ entries: [HistoryEntry]) -> [String] { entries.compactMap { $0[1]?.text } }

    @Test func `a person is found by any piece of the words, in any order, the newest first`() async {
        let history = history(SimulatedFileSystem())
        note([person(1, "Ana Ruiz"), person(2, "Bob Ruiz"), person(3, "Cid")], in: history)
        #expect(
            names(await history.search(words: ["ruiz"], keys: [], scopes: ["downtown"], limit: 9).entries) == [
                "Bob Ruiz", "Ana Ruiz",
            ])
        #expect(
            names(await history.search(words: ["ui", "an"], keys: [], scopes: ["downtown"], limit: 9).entries) == [
                "Ana Ruiz"
            ])
        #expect(await history.search(words: ["ruiz"], keys: [], scopes: ["uptown"], limit: 9).entries.isEmpty)
        #expect(await history.search(words: ["zz"], keys: [], scopes: ["downtown"], limit: 9).entries.isEmpty)
    }

    @Test func `a key finds whole, a job too, and both before words`() async {
        let history = history(SimulatedFileSystem())
        note([person(1, "Ana", keys: ["person:7"]), person(7, "Bob 7")], in: history)
        let found = await history.search(words: ["7"], keys: ["person:7"], jobs: [], scopes: ["downtown"], limit: 9)
        #expect(names(found.entries) == ["Ana", "Bob 7"])
        #expect(
            names(await history.search(words: [], keys: [], jobs: [7], scopes: ["downtown"], limit: 9).entries) == [
                "Bob 7"
            ])
    }

    @Test func `what shares a key or a job is one subject, however late that shows`() async {
        let history = history(SimulatedFileSystem())
        note(
            [
                person(1, "Ana", keys: ["person:7"]), person(2, "Ana B", keys: ["booking:b"]),
                person(3, "Other", keys: ["person:8"]),
                end(1, lane: 5), end(2, lane: 5), end(3, lane: 6),
            ], in: history)
        let story = await history.story(keys: ["booking:b"], scope: "downtown", limit: 10)
        #expect(story.jobs == [2, 1])
        #expect(story.entries.map(\.jobs) == [[1], [2], [1], [2]])
        #expect(await history.story(keys: ["person:8"], scope: "downtown", limit: 10).jobs == [3])
        #expect(await history.story(keys: ["person:7"], scope: "uptown", limit: 10).jobs == [])
    }

    @Test func `pages of a story and of a search hold each job and person once`() async {
        let history = history(SimulatedFileSystem(), HistoryLimits(age: 1 << 40, bytes: 200_000))
        for index in 1...300 {
            note([person(UInt64(index), "Person \(index % 40)", keys: ["person:\(index % 40)"])], in: history)
        }
        var (jobs, before) = ([UInt64](), UInt64?.none)
        for _ in 0..<20 {
            let story = await history.story(keys: ["person:5"], scope: "downtown", limit: 3, before: before)
            jobs += story.jobs
            before = story.jobs.last
            if !story.hasMore { break }
        }
        let theirs: [UInt64] = stride(from: 285, through: 5, by: -40).map { UInt64($0) }
        #expect(jobs == theirs)
        var (people, cursor) = ([String](), HistoryCursor?.none)
        for _ in 0..<20 {
            let page = await history.search(words: ["person"], keys: [], scopes: ["downtown"], limit: 7, after: cursor)
            people += names(page.entries)
            cursor = page.next
            if cursor == nil { break }
        }
        #expect(people.count == 40)
        #expect(Set(people).count == 40)
    }

    @Test func `a search among 100,000 entries reads no more of them than it returns`() async {
        // Written in few pieces.
        let history = History(
            Self.directory, limits: HistoryLimits(days: 7, megabytes: 64), files: SimulatedFileSystem(), on: .own,
            now: { 0 })
        for index in 0..<100_000 {
            history.note(size: 10) { self.person(UInt64(index + 1), "Person \(index)", keys: ["person:\(index)"]) }
        }
        await history.flush()
        #expect(history.standing.entries == 100_000)
        let before = history.core.withLock { $0.reads }
        #expect(
            names(await history.search(words: ["person", "73219"], keys: [], scopes: ["downtown"], limit: 50).entries)
                == ["Person 73219"])
        #expect(await history.search(words: ["person"], keys: [], scopes: ["downtown"], limit: 50).entries.count == 50)
        #expect(await history.story(keys: ["person:99"], scope: "downtown", limit: 20).jobs == [100])
        #expect(history.core.withLock { $0.reads } - before <= 1 + 51 + 1)
        // The page about settings says so.
        #expect(history.standing.memory < 100_000 * 400)
    }

    @Test func `everything is there again after a restart, and goes on in the same file`() async throws {
        let files = SimulatedFileSystem()
        let first = history(files)
        note([person(1, "Ana", keys: ["person:7"])], in: first)
        await first.close()
        let second = history(files)
        note([person(2, "Ana", keys: ["person:7"])], in: second)
        #expect(await second.story(keys: ["person:7"], scope: "downtown", limit: 10).jobs == [2, 1])
        #expect(try files.list(Self.directory).count == 1)
    }

    @Test(arguments: 0..<60)
    func `after a loss of power at any write all whole entries are a beginning of what was noted`(
        seed: Int
    ) async {
        var random = SeededGenerator(seed: UInt64(seed))
        let files = SimulatedFileSystem(seed: UInt64(seed))
        let history = history(files, HistoryLimits(age: 1 << 40, bytes: 40_000))
        var noted: [HistoryEntry] = []
        for index in 1...Int.random(in: 1...120, using: &random) {
            noted.append(EntryFormatTests.entry(index))
            note([noted[noted.count - 1]], in: history)
        }
        var after = self.history(files.crash(seed: UInt64(seed)), HistoryLimits(age: 1 << 40, bytes: 40_000))
        for _ in 0..<2 {
            let jobs = await Set(
                (1...noted.count).asyncFlatMap {
                    await after.story(keys: ["person:\($0)"], scope: "downtown", limit: 5).entries
                }.map { $0.jobs[0] })
            for job in jobs {
                let found = await after.story(keys: [], jobs: [job], scope: "downtown", limit: 5).entries
                #expect(found == [noted[Int(job) - 1]])
            }
            // It takes entries again, behind what is whole.
            let next = EntryFormatTests.entry(5_000)
            note([next], in: after)
            #expect(await after.story(keys: ["person:5000"], scope: "downtown", limit: 5).entries == [next])
            await after.close()
            after = self.history(files.crash(seed: UInt64(seed + 1)), HistoryLimits(age: 1 << 40, bytes: 40_000))
        }
    }

    @Test func `a kill after any byte of a write loses that entry alone`() async throws {
        var whole: [UInt8] = []
        EntryFormat.append(EntryFormatTests.entry(1), to: &whole)
        let start = whole.count
        EntryFormat.append(EntryFormatTests.entry(2), to: &whole)
        for end in start..<whole.count {
            let files = SimulatedFileSystem()
            try files.createDirectory(Self.directory)
            let file = try files.open(Self.directory + "/0000000001.history", .create)
            try file.writeAll(Array(whole[..<end]), at: 0)
            let history = history(files)
            #expect(await history.story(keys: ["person:1"], scope: "downtown", limit: 5).jobs == [1])
            #expect(await history.story(keys: ["person:2"], scope: "downtown", limit: 5).jobs == [])
            note([EntryFormatTests.entry(3)], in: history)
            await history.close()
            let again = self.history(files)
            #expect(
                await again.story(keys: ["person:3"], scope: "downtown", limit: 5).entries == [
                    EntryFormatTests.entry(3)
                ])
            #expect(again.standing.entries == 2)
        }
    }

    @Test func `a full disk costs entries, is told, and is over once there is room`() async {
        let files = SimulatedFileSystem()
        let clock = AtomicTime()
        let history = history(files, at: { clock.now })
        note([person(1, "Ana", keys: ["person:1"])], in: history)
        files.faults.capacity = 0
        note([person(2, "Bob", keys: ["person:2"])], in: history)
        #expect(history.standing.failure == "the disk is full")
        #expect(history.standing.dropped == 1)
        files.faults.capacity = nil
        // It rests for a second after a failure.
        note([person(3, "Cid", keys: ["person:3"])], in: history)
        #expect(history.standing.dropped == 2)
        clock.move(to: 1_000)
        note([person(4, "Dan", keys: ["person:4"])], in: history)
        #expect(history.standing.failure == nil)
        #expect(await history.story(keys: ["person:1"], scope: "downtown", limit: 5).jobs == [1])
        #expect(await history.story(keys: ["person:4"], scope: "downtown", limit: 5).jobs == [4])
        await history.close()
        let again = self.history(files)
        #expect(again.standing.entries == 2)
    }

    @Test func `while others lack room nothing is written, and the oldest goes`() async throws {
        let files = SimulatedFileSystem()
        let isShort = Mutex(false)
        let history = history(
            files, HistoryLimits(age: 1 << 40, bytes: 128 << 10), isDiskShort: { isShort.withLock { $0 } })
        for index in 1...200 { note([EntryFormatTests.entry(index)], in: history) }
        let before = try files.list(Self.directory).count
        #expect(before > 2)
        isShort.withLock { $0 = true }
        history.expire()
        #expect(try files.list(Self.directory).count == before - 1)
        note([person(999, "Ana")], in: history)
        #expect(history.standing.dropped == 1)
        #expect(try files.list(Self.directory).count == before - 2)
        isShort.withLock { $0 = false }
        note([person(1_000, "Ana", keys: ["person:a"])], in: history)
        #expect(await history.story(keys: ["person:a"], scope: "downtown", limit: 5).jobs == [1_000])
        #expect(history.standing.failure == nil)
    }

    @Test func `a person who is forgotten is in no file, and all others are as they were`() async throws {
        let files = SimulatedFileSystem()
        let history = history(files, HistoryLimits(age: 1 << 40, bytes: 128 << 10))
        for index in 1...300 {
            note(
                [
                    person(
                        UInt64(index), index % 3 == 0 ? "Forgotten Person" : "Kept \(index)",
                        keys: ["person:\(index % 3 == 0 ? 0 : index)"])
                ], in: history)
        }
        let erased = await history.forget(keys: ["person:0"], scope: "downtown")
        #expect(erased == 100)
        for name in try files.list(Self.directory) {
            let file = try files.open(Self.directory + "/" + name, .read)
            let text = String(decoding: try file.read(Int(try file.size()), at: 0), as: UTF8.self)
            #expect(!text.contains("Forgotten") && !text.contains("forgotten"))
        }
        #expect(history.standing.entries == 200)
        #expect(
            await history.search(words: ["forgotten"], keys: ["person:0"], scopes: ["downtown"], limit: 5).entries
                .isEmpty)
        for index in 1...300 where index % 3 != 0 {
            #expect(await history.story(keys: ["person:\(index)"], scope: "downtown", limit: 5).jobs == [UInt64(index)])
        }
        note([person(500, "Later", keys: ["person:500"])], in: history)
        await history.close()
        let again = self.history(files, HistoryLimits(age: 1 << 40, bytes: 128 << 10))
        #expect(again.standing.entries == 201)
        #expect(await again.search(words: ["forgotten"], keys: [], scopes: ["downtown"], limit: 5).entries.isEmpty)
    }

    @Test func `a job with very many entries tells its beginning and its end`() async {
        let history = history(SimulatedFileSystem())
        for _ in 0..<500 { note([person(1, "Ana", keys: ["person:1"])], in: history) }
        let story = await history.story(keys: ["person:1"], scope: "downtown", limit: 5)
        #expect(story.entries.count == History.mostOfJob)
        #expect(story.leftOut == [1: 300])
    }

    @Test func `notes from many tasks beside searches are all there`() async {
        let files = SimulatedFileSystem()
        let history = History(
            Self.directory, limits: HistoryLimits(days: 7, megabytes: 16), files: files, on: .own, now: { 0 })
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for index in 0..<250 {
                        let entry = self.person(UInt64(task * 1_000 + index + 1), "P", keys: ["person:\(task)"])
                        history.note(size: entry.size) { entry }
                        if index % 50 == 0 {
                            _ = await history.search(words: ["p"], keys: [], scopes: ["downtown"], limit: 3)
                        }
                    }
                }
            }
        }
        for task in 0..<8 {
            #expect(await history.story(keys: ["person:\(task)"], scope: "downtown", limit: 1_000).total == 250)
        }
        #expect(history.standing.dropped == 0)
        await history.close()
    }

    @Test func `notes beyond the mailbox are dropped and counted`() {
        var mailbox = HistoryMailbox()
        func put(_ size: Int) -> Bool { mailbox.put(.init(size: size) { nil }) }
        #expect(put(HistoryMailbox.most))
        #expect(!put(1))
        #expect(mailbox.dropped == 1)
        let taken = mailbox.take().count
        #expect(taken == 1)
        // The writer is told once.
        #expect(put(1))
        #expect(!put(1))
        #expect(mailbox.dropped == 1)
        mailbox.close()
        #expect(!put(1))
        #expect(mailbox.dropped == 2)
    }
}

private final class AtomicTime: Sendable {
    private let time = Mutex<Int64>(0)
    var now: Int64 { time.withLock { $0 } }
    func move(to now: Int64) { time.withLock { $0 = now } }
}

extension Sequence {
    fileprivate func asyncFlatMap<Value>(_ body: (Element) async -> [Value]) async -> [Value] {
        var all: [Value] = []
        for element in self { all += await body(element) }
        return all
    }
}
