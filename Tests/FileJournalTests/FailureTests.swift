import Foundation
import FileJournal
import DeterministicSimulation
import Testing

@Suite struct FailureTests {
    private static func poisoned(_ error: (any Error)?) -> Bool {
        if case JournalError.poisoned? = error as? JournalError { true } else { false }
    }

    @Test(arguments: [(FileError.Operation.write, EIO), (.write, ENOSPC), (.sync, EIO)])
    func `an error of a write or a sync poisons, and no call is made again`(
        operation: FileError.Operation, code: Int32
    ) async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        let good = try await journal.appendDurably(payload(1))
        files.fail(operation, code, on: ".segment")
        let ticket = try await journal.append(payload(2))
        await #expect(throws: JournalError.self) { try await journal.durable(ticket) }
        let writes = files.calls(.write)

        let reason = "cannot \(operation.rawValue) \(segmentPath(1)): " + String(cString: strerror(code))
        if operation == .sync {
            // It did reach the kernel, before.
            try await journal.written(ticket)
        } else {
            await #expect(throws: JournalError.poisoned(reason: reason)) { try await journal.written(ticket) }
        }
        #expect(throws: JournalError.poisoned(reason: reason)) { try journal.submit(1, []) }
        #expect(throws: JournalError.poisoned(reason: reason)) { try journal.submit(1, [], release: 0) }
        await #expect(throws: JournalError.poisoned(reason: reason)) {
            try await journal.checkpoint([], upTo: 1, retiring: [])
        }
        #expect(journal.stats().poisoned == reason)
        #expect(journal.durableSequence == 1)
        // What was durable stays so, and can be read.
        try await journal.durable(good)
        #expect(try await journal.read(good.address).payload == payload(1))
        await journal.close()
        #expect(files.calls(.write) == writes)

        // What the failed call was about is there or not; nobody was promised it.
        let again = try Opened(files.crashLosingEverythingUnsynced())
        #expect([[payload(1)], [payload(1), payload(2)]].contains(again.tail.map(\.payload)))
        await again.journal.close()
    }

    @Test func `every caller that waits learns of the error`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        files.fail(.sync, EIO, on: ".segment")
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<5 {
                group.addTask {
                    do {
                        try await journal.durable(try journal.submit(1, payload(number)))
                        return false
                    } catch {
                        return Self.poisoned(error)
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 5)
        await journal.close()
    }

    /// The disk is gone for good when the next segment's file is opened, and nothing before it is left to be synced.
    @Test func `a record that has no segment on a broken disk fails, and is not waited for without end`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        // All of them, so that nothing is being set aside: that would meet the broken disk first and refuse the record.
        try await until { journal.stats().spareSegments >= JournalOptions.small.segmentsAhead }
        files.fail(.open, EIO, on: "spare", times: .max)
        var failure: (any Error)?
        for _ in 0..<100 where failure == nil {
            do { _ = try await journal.appendDurably(payload(7)) } catch { failure = error }
        }
        #expect(Self.poisoned(failure))
        #expect(journal.stats().poisoned?.contains("spare") == true)
        await journal.close()
    }

    @Test(arguments: [ENOSPC, EMFILE])
    func `a record that has no segment for a while is written once there is one`(code: Int32) async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        files.fail(.open, code, on: "spare", times: 8)
        var durable = 0
        try await until {
            // The allocator may meet it first: nothing is taken meanwhile.
            do { _ = try await journal.appendDurably(payload(7)) } catch JournalError.full { return false }
            durable += 1
            return durable == 40
        }
        #expect(journal.segments.count > 1)
        #expect(journal.stats().poisoned == nil)
        await journal.close()
    }

    @Test(arguments: [FileError.Operation.rename, .syncDirectory])
    func `an error while beginning a segment poisons`(operation: FileError.Operation) async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        files.fail(operation, EIO)
        var durable: UInt64 = 0
        var failure: (any Error)?
        for _ in 0..<100 where failure == nil {
            do { durable = try await journal.appendDurably(payload(7)).sequence } catch { failure = error }
        }
        #expect(Self.poisoned(failure))
        await journal.close()
        for seed in 0..<8 as Range<UInt64> {
            let again = try Opened(files.crash(seed: seed))
            #expect(UInt64(again.tail.count) >= durable, "seed \(seed)")
            await again.journal.close()
        }
    }

    @Test func `short writes are carried on`() async throws {
        let files = SimulatedFileSystem()
        files.faults.longestWrite = 7
        let journal = try Opened(files).journal
        for number in 1...10 { _ = try await journal.appendDurably(payload(number)) }
        try await journal.checkpoint(one(payload(5)), upTo: 5, retiring: [])
        await journal.close()
        let again = try Opened(files)
        #expect(again.checkpoint == [payload(5)] && again.tail.map(\.payload) == (6...10).map(payload))
        await again.journal.close()
    }

    @Test func `a full disk stops intake, never what was reserved for, and intake goes on when there is room`()
        async throws
    {
        let files = SimulatedFileSystem()
        // The live segment, one of headroom, and two to promise from.
        files.setCapacity(4 * 1024)
        let journal = try Opened(files).journal
        let job = payload(3)
        let completion = payload(5)
        let reserve = Journal.frameSize(payload: completion.count)
        var accepted = 0
        var refusal: JournalError?
        for _ in 0..<1000 where refusal == nil {
            do throws(JournalError) {
                let ticket = try await journal.append(job, reserve: reserve)
                try await journal.durable(ticket)
                accepted += 1
            } catch {
                refusal = error
            }
        }
        #expect(refusal.map { "\($0)" }?.contains("No space left on device") == true)
        #expect(accepted >= 4)
        #expect(journal.stats().refused > 0 && journal.stats().poisoned == nil)

        for _ in 0..<accepted {
            let ticket = try journal.submit(2, completion, release: reserve)
            try await journal.durable(ticket)
        }
        #expect(journal.stats().reserved == 0)
        files.setCapacity(nil)
        // The refused submit asks the disk again; append waits for the answer.
        try await until { (try? journal.submit(1, job)) != nil }
        await journal.close()
        let again = try Opened(files)
        #expect(again.tail.count == 2 * accepted + 1)
        await again.journal.close()
    }

    @Test func `a journal opens on a full disk, refuses intake, and completes`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        _ = try await journal.appendDurably(payload(1))
        await journal.close()
        // Somebody took what was set aside, and all the rest.
        for path in files.paths where path.contains("spare") { files.erase(path) }
        files.setCapacity(0)
        let again = try Opened(files)
        again.journal.setReserved(100)
        #expect(again.tail.count == 1)
        #expect(throws: JournalError.self) { try again.journal.submit(1, payload(2)) }
        try await again.journal.durable(try again.journal.submit(1, payload(2), release: 100))
        await again.journal.close()
    }

    @Test func `what was set aside outlives the process, so a disk filled meanwhile does not stop completion`()
        async throws
    {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        var reserved = 0
        for number in 1...30 {
            let ticket = try await journal.append(payload(number), reserve: 200)
            try await journal.durable(ticket)
            reserved += 200
        }
        let crashed = files.kill()
        await journal.close()
        for files in [files, crashed] {
            files.setCapacity(files.used)
            let again = try Opened(files)
            again.journal.setReserved(reserved)
            for _ in 1...30 { try await again.journal.durable(try again.journal.submit(2, payload(2), release: 200)) }
            #expect(again.journal.stats().poisoned == nil && again.journal.stats().reserved == 0)
            await again.journal.close()
        }
    }

    @Test func `spares of another size or cut short are not taken for segments`() async throws {
        let files = SimulatedFileSystem()
        files.put("\(directory)/spare-7", [1, 2, 3])
        let opened = try Opened(files)
        #expect(!files.paths.contains("\(directory)/spare-7"))
        for number in 1...30 { _ = try await opened.journal.append(payload(number)) }
        await opened.journal.close()
        let again = try Opened(files)
        #expect(again.tail.count == 30)
        await again.journal.close()
    }

    @Test func `spares that are not needed any more are removed`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        journal.setReserved(20 * 1024)
        try await until { journal.stats().spareSegments >= 20 }
        #expect(journal.stats().spareSegments >= 20)
        try await journal.durable(try journal.submit(1, [], release: 20 * 1024))
        for _ in 0..<40 { try await journal.durable(try journal.submit(1, [], release: 0)) }
        await journal.close()
        #expect(files.paths.filter { $0.contains("spare") }.count < 10)
    }

    @Test func `what recovery found unfinished is set aside for again`() async throws {
        let files = SimulatedFileSystem()
        let journal = try Opened(files).journal
        // Set aside more than the disk will ever have, so that the keeper cannot make room meanwhile.
        files.setCapacity(0)
        journal.setReserved(1 << 30)
        #expect(throws: JournalError.self) { try journal.submit(1, payload(1)) }
        #expect(journal.stats().reserved == 1 << 30)
        await journal.close()
    }

    @Test func `a record too large is refused alone`() async throws {
        let journal = try Opened(SimulatedFileSystem()).journal
        let large = [UInt8](repeating: 1, count: 129)
        #expect(throws: JournalError.tooLarge(bytes: 129, limit: 128)) { try journal.submit(1, large) }
        #expect(throws: JournalError.tooLarge(bytes: 129, limit: 128)) { try journal.submit(1, large, release: 500) }
        #expect(try await journal.appendDurably([UInt8](repeating: 1, count: 128)).sequence == 1)
        await journal.close()
    }

    @Test(arguments: [FileError.Operation.list, .open, .read, .allocate, .sync, .rename, .syncDirectory, .lock])
    func `an error while opening is told, and the directory is free after it`(operation: FileError.Operation)
        async throws
    {
        let files = SimulatedFileSystem()
        if operation == .read {
            let journal = try Opened(files).journal
            await journal.close()
        }
        files.fail(operation, EIO)
        #expect {
            try Opened(files)
        } throws: { error in
            if case JournalError.io(let error) = error { error.code == EIO } else { false }
        }
        let again = try Opened(files)
        _ = try await again.journal.appendDurably(payload(1))
        await again.journal.close()
    }

    @Test func `a record without a waiter is synced within the limit`() async throws {
        let files = SimulatedFileSystem()
        var options = JournalOptions.small
        options.unsyncedLimit = .milliseconds(1)
        let journal = try Opened(files, options).journal
        let synced = AsyncStream<Void>.makeStream()
        files.onSync { synced.continuation.yield() }
        let ticket = try await journal.append(payload(1))
        for await _ in synced.stream where journal.durableSequence == ticket.sequence || files.calls(.write) > 0 {
            break
        }
        // The file was synced; the journal says so a moment later.
        try await journal.durable(ticket)
        #expect(files.crashLosingEverythingUnsynced().content(segmentPath(1))?[64] == 0x4C)
        await journal.close()
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a seal whose sync failed is written again, so that no hole is left before what comes after it`(
        seed: UInt64
    ) async throws {
        let files = SimulatedFileSystem(seed: seed)
        let first = try Opened(files)
        _ = try await first.journal.appendDurably(payload(1))
        files.fail(.sync, EIO, on: ".segment")
        await first.journal.close()

        // The cache has the seal, and calls it clean.
        let later = files.kill()
        let second = try Opened(later)
        _ = try await second.journal.appendDurably(payload(2))
        let third = try Opened(later.crashLosingEverythingUnsynced())
        #expect(third.tail.map(\.payload) == [payload(1), payload(2)])
        await second.journal.close()
        await third.journal.close()
    }
}
