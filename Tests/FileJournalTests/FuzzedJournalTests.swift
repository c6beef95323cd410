import SeededRandom
import DeterministicSimulation
import Testing

@testable import FileJournal

/// The same checks as the fuzzer's, on bytes that a seed changed. See `Seeds`.
@Suite struct FuzzedJournalTests {
    /// A segment of a few records with its header, and a checkpoint that stands for some of them.
    private static func sound() throws -> (segment: [UInt8], checkpoint: [UInt8]) {
        let peer = try Peer()
        for number in 1...6 { _ = try peer.submitDurably(payload(number)) }
        _ = try peer.checkpoint(upTo: 3)?.get()
        let segment = try #require(peer.files.content(segmentPath(1)))
        let end = try #require(segment.lastIndex { $0 != 0 })
        return (Array(segment[...end]), try #require(peer.files.content("\(directory)/checkpoint")))
    }

    @Test func `any change to a journal's bytes is told or harmless, and never a trap`() throws {
        let (segment, checkpoint) = try Self.sound()
        for seed in Seeds.all(1500) {
            var random = SeededGenerator(seed: seed)
            let mode = UInt8.random(in: 0..<4, using: &random)
            // Half of what follows the first byte is the segment, if there is a checkpoint.
            let size = max(segment.count, checkpoint.count)
            var bytes = [mode] + segment
            if mode & 2 != 0 {
                bytes += [UInt8](repeating: 0, count: size - segment.count) + checkpoint
                bytes += [UInt8](repeating: 0, count: size - checkpoint.count)
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) { bytes.mutate(&random) }
            let violation = decodeFuzzed(bytes)
            #expect(violation == nil, "seed \(seed)")
        }
    }

    @Test func `a mark that belongs elsewhere, behind a gap, is part of the damage`() {
        var bytes: [UInt8] = [1] + SegmentHeader(id: 1, firstSequence: 1, previousChecksum: 0, capacity: 4096).bytes
        let marks: [(UInt8, FrameHeader.Owner, UInt64)] = [
            (1, .caller, 9), (1, .caller, 2), (1, .caller, 0), (64, .journal, 3),
        ]
        for (kind, owner, sequence) in marks {
            let header = FrameHeader(
                kind: kind, owner: owner, length: 8, segment: 1, sequence: sequence, synced: 0,
                offset: UInt32(bytes.count - 1))
            _ = header.append(payload: [UInt8](repeating: 7, count: 8), to: &bytes)
        }
        // Only the second is good. The last was once taken for the end of the gap before it, and its place for a record's.
        #expect(decodeFuzzed(bytes) == nil)
    }

    @Test func `a record numbered 0 behind a damaged header is no record`() {
        // Counting back from it, to the record that is missing before it, once trapped.
        var bytes = [UInt8](repeating: 0xAA, count: 1 + SegmentHeader.size + RecordFormat.headerSize)
        bytes[0] = 0
        for sequence in [UInt64(0), 1] {
            let header = FrameHeader(
                kind: 1, length: 8, segment: 1, sequence: sequence, synced: 0, offset: UInt32(bytes.count - 1))
            _ = header.append(payload: [UInt8](repeating: 7, count: 8), to: &bytes)
        }
        #expect(decodeFuzzed(bytes) == nil)
    }
}

extension [UInt8] {
    /// One of the changes that a fuzzer makes; the first byte stays.
    mutating func mutate(_ random: inout SeededGenerator) {
        guard count > 9 else { return }
        let place = Int.random(in: 1..<count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: self[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: self[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
        case 2:
            for index in place..<Swift.min(count, place + 8) { self[index] = 0xFF }
        case 3: removeLast(count - place)
        case 4:
            let length = Int.random(in: 1...64, using: &random)
            let copy = self[place..<Swift.min(count, place + length)]
            put(copy, at: Int.random(in: 1..<count, using: &random))
        default: removeSubrange(place..<Swift.min(count, place + 8))
        }
    }
}
