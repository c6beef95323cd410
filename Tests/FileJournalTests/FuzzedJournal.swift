import DeterministicSimulation

@testable import FileJournal

/// Takes any bytes for a journal's files and checks what must hold of all: opening, verifying and salvaging end, agree,
/// and go on from what they found. Returns what does not hold. The fuzzer calls it, and `FuzzedJournalTests`.
///
/// The first byte says what the rest is: bit 0, checksums are mended first, to get behind them; bit 1, there is a
/// checkpoint; bit 2, the checkpoint comes first and a quarter of the bytes is the segment.
func decodeFuzzed(_ bytes: [UInt8]) -> String? {
    guard let mode = bytes.first, bytes.count <= 1 << 16 else { return nil }
    let body = Array(bytes.dropFirst())
    let files = SimulatedFileSystem()
    var cut = mode & 2 == 0 ? body.count : body.count / 2
    if mode & 4 != 0 { cut = body.count / 4 }
    let segment = Array(body[..<cut])
    files.put("/fuzzed/0000000001.segment", mode & 1 == 0 ? segment : FuzzedFiles.mended(segment, from: 64))
    if mode & 2 != 0 {
        let checkpoint = Array(body[cut...])
        files.put("/fuzzed/checkpoint", mode & 1 == 0 ? checkpoint : FuzzedFiles.mended(checkpoint, from: 0))
    }
    return FuzzedFiles.check(files, payloadLimit: 2 * bytes.count)
}

enum FuzzedFiles {
    /// The bytes with right checksums wherever a header or a frame seems to be.
    static func mended(_ bytes: [UInt8], from start: Int) -> [UInt8] {
        var bytes = bytes
        if start == 64, bytes.count >= 64 {
            let checksum = CRC32C.checksum(Array(bytes[..<60]))
            bytes.withUnsafeMutableBytes { $0.storeBytes(of: checksum.littleEndian, toByteOffset: 60, as: UInt32.self) }
        }
        var offset = start
        while offset + RecordFormat.headerSize <= bytes.count {
            bytes.withUnsafeMutableBytes { bytes in
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
                guard let header = FrameHeader(UnsafeRawBufferPointer(rest)), header.frameSize <= rest.count else {
                    offset += 8
                    return
                }
                let frame = UnsafeRawBufferPointer(rebasing: rest[..<header.frameSize])
                let checksum = FrameHeader.checksum(of: frame).littleEndian
                rest.storeBytes(of: checksum, toByteOffset: RecordFormat.checksumOffset, as: UInt32.self)
                offset += header.frameSize
            }
        }
        return bytes
    }

    static func check(_ files: SimulatedFileSystem, payloadLimit: Int) -> String? {
        // A header may name any capacity up to a gigabyte, and this disk need not have it.
        files.setCapacity(8 << 20)
        do {
            let isSound = try JournalInspection.verify("/fuzzed", files: files).isSound
            let report = try JournalInspection.salvage("/fuzzed", into: "/saved", files: files)
            let saved = try opened("/saved", files)
            if saved[1] > payloadLimit { return "salvage made more than there was" }
            if saved[0] > report.records + report.checkpointRecords { return "salvage tells more than it copied" }
            guard isSound else {
                return (try? opened("/fuzzed", files)) == nil ? nil : "it opens over damage"
            }
            let found = try opened("/fuzzed", files)
            if found[1] > payloadLimit { return "more was told than there is" }
            return try opened("/fuzzed", files.kill()) == found ? nil : "the second opening differs"
        } catch JournalError.unknownVersion {
            return nil
        } catch JournalError.io(let error) where error.isNoSpace {
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func opened(_ directory: String, _ files: SimulatedFileSystem) throws -> [Int] {
        var records = 0
        var bytes = 0
        let steps = SteppedJournal()
        let options = JournalOptions(segmentSize: 4096, maxPayload: 512)
        let journal = try Journal.open(directory, options: options, files: files, driver: steps) { record in
            records += 1
            switch record {
            case .checkpoint(_, let payload): bytes += payload.count
            case .tail(let record): bytes += record.payload.count
            }
        }
        journal.beginClose()
        steps.settle()
        return [records, bytes]
    }
}
