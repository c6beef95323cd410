import SeededRandom
import DeterministicSimulation
import Testing

@testable import FileJournal

@Suite struct RecordFormatTests {
    private static let header = FrameHeader(
        kind: 7, length: 5, segment: 3, sequence: 0x0102, synced: 0x0101, offset: 64)

    private static func file(_ header: FrameHeader = header, _ payload: String = "hello") -> SimulatedFileSystem {
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = header.append(payload: Array(payload.utf8), to: &bytes)
        let files = SimulatedFileSystem()
        files.put("/file", bytes)
        return files
    }

    private static func finding(_ files: SimulatedFileSystem, at offset: UInt64 = 64) throws -> FrameReader.Finding {
        var reader = try FrameReader(files.open("/file", .read))
        return try reader.frame(at: offset, segment: 3)
    }

    @Test func `every byte of a frame is where the layout says`() {
        var bytes: [UInt8] = []
        let checksum = Self.header.append(payload: Array("hello".utf8), to: &bytes)

        let head: [UInt8] = [
            0x4C, 0x53, 0x4A, 0x31, 7, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0,
            2, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0,
        ]
        let rest = Array("hello".utf8) + [0, 0, 0]
        #expect(Array(bytes[..<36]) == head)
        #expect(Array(bytes[40...]) == rest)
        #expect(checksum == CRC32C.checksum(head + rest))
        #expect(bytes.withUnsafeBytes { $0.load(UInt32.self, at: 36) } == checksum)
        #expect(bytes.count == RecordFormat.frameSize(payload: 5))
    }

    @Test(arguments: [(0, 40), (1, 48), (7, 48), (8, 48), (9, 56)])
    func `a frame is a multiple of eight bytes`(payload: Int, size: Int) {
        #expect(RecordFormat.frameSize(payload: payload) == size)
    }

    @Test func `a frame that was written is found`() throws {
        guard case .frame(let header, _) = try Self.finding(Self.file()) else {
            Issue.record("no frame was found")
            return
        }
        #expect(header == Self.header)
    }

    @Test func `no single flipped bit goes unnoticed`() throws {
        let files = Self.file()
        for bit in (64 * 8)..<(112 * 8) {
            files.edit("/file") { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
            guard case .broken = try Self.finding(files) else {
                Issue.record("bit \(bit % 8) of byte \(bit / 8) may flip")
                continue
            }
            files.edit("/file") { $0[bit / 8] ^= 1 << UInt8(bit % 8) }
        }
    }

    @Test func `a frame in a wrong place is not taken, though its checksum is right`() throws {
        let files = Self.file()
        let frame = files.content("/file")![64...]
        files.edit("/file") { $0.put(frame, at: 112) }
        #expect(try Self.finding(files, at: 112) == .broken("the record belongs to segment 3, offset 64"))

        var foreign = Self.header
        foreign.segment = 4
        #expect(try Self.finding(Self.file(foreign)) == .broken("the record belongs to segment 4, offset 64"))
    }

    @Test func `a length beyond the file is not believed`() throws {
        let files = Self.file()
        files.edit("/file") { $0.replaceSubrange(72..<76, with: [0xFF, 0xFF, 0xFF, 0xFF]) }
        #expect(try Self.finding(files) == .broken("the record reaches past the file's end"))
    }

    @Test func `random bytes are never a record and never a trap`() throws {
        var random = SeededGenerator(seed: 1)
        for round in 0..<300 {
            let files = SimulatedFileSystem()
            var bytes = (0..<Int.random(in: 0..<300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Half of them begin like a record, to get further in.
            if round % 2 == 0 { bytes.put([0x4C, 0x53, 0x4A, 0x31, 1, 0, 0, 0], at: 0) }
            files.put("/file", bytes)
            if case .frame = try Self.finding(files, at: 0) { Issue.record("round \(round) made a record of noise") }
        }
    }

    @Test func `a segment header comes back, and no flipped bit of it goes unnoticed`() throws {
        let header = SegmentHeader(id: 9, firstSequence: 1 << 40, previousChecksum: 0xDEAD_BEEF, capacity: 4096)
        let bytes = header.bytes
        #expect(bytes.count == SegmentHeader.size)
        #expect(try SegmentHeader.read(bytes, id: 9) == header)
        for bit in 0..<(bytes.count * 8) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: SegmentHeader.Unreadable.self) { try SegmentHeader.read(damaged, id: 9) }
        }
    }

    @Test func `a segment header says when another segment's file bears its name, or a newer version wrote it`() {
        var bytes = SegmentHeader(id: 9, firstSequence: 1, previousChecksum: 0, capacity: 4096).bytes
        #expect(throws: SegmentHeader.Unreadable.damaged("the header is that of segment 9")) {
            try SegmentHeader.read(bytes, id: 8)
        }
        bytes[8] = 2
        bytes.removeLast(4)
        bytes.append(littleEndian: CRC32C.checksum(bytes))
        #expect(throws: SegmentHeader.Unreadable.version(2)) { try SegmentHeader.read(bytes, id: 9) }
    }
}
