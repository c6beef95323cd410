import SeededRandom
import DeterministicSimulation
import Testing

@testable import FileJournal

@Suite struct SpaceLedgerTests {
    /// A segment has room for 960 bytes, of which 168 (the largest frame) may be wasted: 792 count.
    private static func ledger(spares: Int = 1) -> SpaceLedger {
        var options = JournalOptions(segmentSize: 1024, maxPayload: 128)
        options.fullDiskRetry = .seconds(1)
        var ledger = SpaceLedger(options: options, liveRoom: 960, liveSize: 1024, closed: [])
        for _ in 0..<spares { ledger.made(1024) }
        return ledger
    }

    private let now = ContinuousClock.now

    private func wants(_ ledger: inout SpaceLedger, after: Duration = .zero) -> Bool {
        ledger.beginPreparing(at: now.advanced(by: after)) != nil
    }

    @Test func `one segment stays out of intake's reach`() {
        #expect(Self.ledger(spares: 0).freeForIntake == 0)
        #expect(Self.ledger(spares: 1).freeForIntake == 792)
        #expect(Self.ledger(spares: 2).freeForIntake == 1584)
    }

    @Test func `what is reserved is not given to others, and comes back`() {
        var ledger = Self.ledger()
        ledger.accepted(0, reserving: 700)
        #expect(!ledger.admits(93))
        #expect(ledger.admits(92))
        ledger.release(700)
        #expect(ledger.admits(792))
    }

    @Test func `more given back than reserved makes no room out of nothing`() {
        var ledger = Self.ledger()
        ledger.release(10_000)
        #expect(ledger.freeForIntake == 792)
    }

    @Test func `another segment is wanted before the room runs out, one at a time`() {
        var ledger = Self.ledger()
        #expect(!wants(&ledger))
        ledger.take(8)
        #expect(wants(&ledger))
        #expect(!wants(&ledger))
        ledger.prepared(1024)
        #expect(!wants(&ledger))
    }

    @Test func `reserves are backed by as many segments as they need`() {
        var ledger = Self.ledger()
        ledger.setReserved(10 * 792)
        var made = 0
        while wants(&ledger) {
            ledger.prepared(1024)
            made += 1
        }
        #expect(made == 10)
    }

    @Test func `a full disk is asked again after a while, or at once when segments were deleted`() {
        var ledger = Self.ledger(spares: 0)
        #expect(wants(&ledger))
        ledger.failed(1024, "no space", at: now)
        #expect(ledger.refusal == "no room on the disk (no space)")
        #expect(!wants(&ledger, after: .milliseconds(999)))
        #expect(wants(&ledger, after: .seconds(1)))
        ledger.failed(1024, "no space", at: now.advanced(by: .seconds(1)))
        ledger.diskGainedRoom()
        #expect(wants(&ledger, after: .seconds(1)))
    }

    @Test func `room that is no longer reserved goes back to the disk, but not all of it`() {
        var ledger = Self.ledger(spares: 12)
        ledger.setReserved(8 * 792)
        let answers = (0..<3).map { _ in ledger.trimSpare(at: now) }
        #expect(answers == [true, false, false])
        ledger.release(8 * 792)
        var given = 0
        while ledger.trimSpare(at: now) { given += 1 }
        #expect(given == 8 && ledger.spares.count == 3)
        #expect(!wants(&ledger))
    }

    /// Segments of 1, 2 and 4 KiB, of which 168 bytes and the header may be wasted.
    private static func growing() -> SpaceLedger {
        var options = JournalOptions(segmentSize: 4096, maxPayload: 128)
        options.firstSegmentSize = 1024
        return SpaceLedger(options: options, liveRoom: 960, liveSize: 1024, closed: [])
    }

    @Test func `an idle journal sets little aside, a busy one and one with much reserved larger pieces`() {
        var idle = Self.growing()
        #expect(idle.beginPreparing(at: now) == 1024)
        idle.prepared(1024)
        #expect(idle.beginPreparing(at: now) == nil)

        var busy = Self.growing()
        busy.made(1024)
        busy.take(8)
        #expect(busy.beginPreparing(at: now) == 1024)
        busy.prepared(1024)
        busy.take(800)
        // As much in a tenth of a second as eight kilobytes in a second.
        #expect(busy.beginPreparing(at: now.advanced(by: .milliseconds(100))) == 4096)

        var full = Self.growing()
        full.setReserved(32 * 2048)
        #expect(full.beginPreparing(at: now) == 2048)
    }

    @Test func `a large piece that does not fit is followed by a small one, and only then the disk is full`() {
        var ledger = Self.growing()
        ledger.setReserved(32 * 4096)
        #expect(ledger.beginPreparing(at: now) == 4096)
        ledger.failed(4096, "no space", at: now)
        #expect(!ledger.isShort)
        #expect(ledger.beginPreparing(at: now) == 1024)
        ledger.failed(1024, "no space", at: now)
        #expect(ledger.isShort && ledger.shortage == "no space")
    }

    @Test func `what a burst set aside is looked at again when it is over, and goes back`() {
        var ledger = Self.growing()
        for _ in 0..<8 { ledger.made(4096) }
        ledger.take(800)
        #expect(ledger.nextLook(at: now) == now.advanced(by: .seconds(10)))
        let later = now.advanced(by: .seconds(60))
        while ledger.trimSpare(at: later) {}
        #expect(ledger.nextLook(at: later) == nil)
        #expect(ledger.spares.count == 1)
    }

    @Test func `a segment that was begun without a file is paid for by the next one that is made`() {
        var ledger = Self.ledger(spares: 0)
        #expect(ledger.beginSegment() == 1024)
        #expect(ledger.owed == 1 && ledger.freeForIntake == 0 && wants(&ledger))
        ledger.prepared(1024)
        #expect(ledger.owed == 0 && ledger.spares.isEmpty)
    }

    @Test func `a checkpoint gets a spare only if the reserves do not need it`() {
        var ledger = Self.ledger(spares: 2)
        ledger.setReserved(792 * 2)
        let answers = [ledger.reclaimSpare(), ledger.reclaimSpare()]
        #expect(answers == [true, false])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `whatever was admitted fits into the segments that were there`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ledger = Self.ledger(spares: 3)
        var promised: [Int] = []
        var room = 960
        var segments = 3
        // Frames one by one into segments, as the queue places them.
        func place(_ frame: Int) {
            if frame > room {
                room = 960
                segments -= 1
                _ = ledger.beginSegment()
            }
            room -= frame
            ledger.take(frame)
        }
        for _ in 0..<1000 {
            let frame = Int.random(in: 5...21, using: &random) * 8
            let reserve = Int.random(in: 5...21, using: &random) * 8
            guard ledger.admits(frame + reserve) else { break }
            ledger.accepted(0, reserving: reserve)
            promised.append(reserve)
            place(frame)
        }
        for frame in promised {
            ledger.release(frame)
            place(frame)
        }
        #expect(!promised.isEmpty && segments >= 0, "seed \(seed)")
    }
}
