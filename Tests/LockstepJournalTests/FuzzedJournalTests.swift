import LockstepJournal
import LockstepSimulation
import Testing

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
