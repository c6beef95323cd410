import SeededRandom
import DeterministicSimulation
import Testing

@testable import FileJournal

/// An owner that compacts, on a disk that gives no more: whatever it was promised it can write, as often as it likes.
@Suite struct CompactingLedgerTests {
    /// A log of records by name, of which the newest of each lives.
    private struct Log {
        struct Segment {
            var size: Int
            var end = SegmentHeader.size
            var live: [Int: Int] = [:]
        }

        var ledger: SpaceLedger
        var closed: [Segment] = []
        var writing: Segment
        var compactions = 0

        init(options: JournalOptions, spares: [Int], checkpoint: Int) {
            let size = options.smallestSegment
            ledger = SpaceLedger(options: options, liveRoom: size - SegmentHeader.size, liveSize: size, closed: [])
            for spare in spares { ledger.made(spare) }
            ledger.setNeeds(.init(holding: 0, checkpoint: checkpoint))
            writing = Segment(size: size)
        }

        mutating func place(_ name: Int, _ frame: Int) -> Bool {
            for index in closed.indices { closed[index].live[name] = nil }
            writing.live[name] = nil
            if writing.end + frame > writing.size {
                guard !ledger.spares.isEmpty else { return false }
                closed.append(writing)
                writing = Segment(size: ledger.beginSegment())
            }
            writing.end += frame
            writing.live[name] = frame
            ledger.take(frame)
            return true
        }

        /// Moves what lives in the emptiest segment, and lets the segment be written anew. False if that is not possible.
        mutating func compact() -> Bool {
            compactions += 1
            func share(_ segment: Segment) -> Double {
                Double(segment.live.values.reduce(0, +)) / Double(segment.size)
            }
            guard let place = closed.indices.min(by: { share(closed[$0]) < share(closed[$1]) }) else { return false }
            let segment = closed[place]
            for (name, frame) in segment.live.sorted(by: { $0.key < $1.key }) {
                guard frame <= ledger.freeForCopies, self.place(name, frame) else { return false }
            }
            closed.remove(at: place)
            ledger.retired(segment.size)
            ledger.recycled(segment.size)
            return true
        }
    }

    @Test(arguments: 1...60)
    func `all that was promised can be written over and over, if only what was replaced is compacted away`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        var options = JournalOptions(segmentSize: 8 << 10, maxPayload: 400)
        options.firstSegmentSize = 2 << 10
        let count = Int.random(in: 6...60, using: &random)
        let spares = (0..<count).map { _ in [2 << 10, 2 << 10, 4 << 10, 8 << 10].randomElement(using: &random) ?? 0 }
        var log = Log(options: options, spares: spares, checkpoint: Int.random(in: 0...6_000, using: &random))
        // No more is to be had.
        _ = log.ledger.beginPreparing(at: .now)
        log.ledger.missed("no space", at: .now)
        var lives: [Int: Int] = [:]
        var refused = false
        for name in 0..<10_000 where !refused {
            let frame = Int.random(in: 5...50, using: &random) * 8
            let most = min(frame + Int.random(in: 0...10, using: &random) * 8, 440)
            guard log.ledger.admits(most), log.place(name, frame) else {
                refused = true
                continue
            }
            log.ledger.accepted(frame, reserving: most - frame)
            lives[name] = most
        }
        #expect(refused && (lives.count > 0 || count < 16), "seed \(seed)")
        // Each is written many times what was set aside for it.
        for _ in 0..<(20 * lives.count) {
            guard let (name, most) = lives.randomElement(using: &random) else { break }
            let frame = Int.random(in: 5...(most / 8), using: &random) * 8
            var tries = 0
            while frame > log.ledger.freeForNeeded, tries < 200 {
                tries += 1
                guard log.compact() else { break }
            }
            guard frame <= log.ledger.freeForNeeded, log.place(name, frame) else {
                Issue.record("\(lives.count) live; none to write in; seed \(seed)")
                return
            }
        }
        #expect(lives.isEmpty || log.compactions > 0)
    }
}
