/// Reads single records back.
///
/// Only the reading thread uses it, and after that one has ended the writer; no two ever at once.
final class RecordReader: @unchecked Sendable {
    private let layout: DirectoryLayout
    private let files: any FileSystem
    /// Most recently used last.
    private var opened: [(segment: UInt32, file: any OpenFile)] = []
    private static let filesKeptOpen = 16
    /// Header and payload of most records, in one call.
    private static let firstRead = 4096
    /// So much is read at once of records that are wanted one after the other.
    private static let window = 64 << 10
    private let readsAhead: Bool
    private var last: RecordAddress?
    /// Records that follow in the file the one that was read last, if such are likely to be wanted next.
    private(set) var following: [JournalRecord] = []

    /// - Parameter readsAhead: reads more than was asked for, if records are wanted that lie close to each other.
    init(layout: DirectoryLayout, files: any FileSystem, readsAhead: Bool) {
        self.layout = layout
        self.files = files
        self.readsAhead = readsAhead
    }

    func takeFollowing() -> [JournalRecord] {
        defer { following = [] }
        return following
    }

    func read(_ address: RecordAddress) throws(JournalError) -> JournalRecord {
        let bytes: [UInt8]
        let goesOn = readsAhead && isNearLast(address)
        last = address
        do throws(FileError) {
            bytes = try frame(at: address, atLeast: goesOn ? Self.window : Self.firstRead)
        } catch {
            // Opened anew next time: what is wrong may be this descriptor alone.
            forget([address.segment])
            if error.isMissing { throw .segmentMissing(address) }
            throw .io(error)
        }
        return try bytes.withUnsafeBytes { bytes -> Result<JournalRecord, JournalError> in
            let found = record(in: bytes, at: address)
            if goesOn, case .success(let record) = found { readOn(behind: record, in: bytes) }
            return found
        }.get()
    }

    private func isNearLast(_ address: RecordAddress) -> Bool {
        guard let last, last.segment == address.segment else { return false }
        return abs(Int(last.offset) - Int(address.offset)) <= Self.window
    }

    /// Takes the records behind the first that lie wholly in these bytes. One that does not, or is damaged, was not asked
    /// for, so that it is no error.
    private func readOn(behind first: JournalRecord, in bytes: UnsafeRawBufferPointer) {
        var (record, place) = (first, 0)
        while true {
            place += RecordFormat.frameSize(payload: record.payload.count)
            guard place < bytes.count, let offset = UInt32(exactly: Int(first.address.offset) + place),
                case .success(let next) = self.record(
                    in: UnsafeRawBufferPointer(rebasing: bytes[place...]),
                    at: RecordAddress(segment: first.address.segment, offset: offset))
            else { return }
            following.append(next)
            record = next
        }
    }

    /// The record that bytes begin with which were read at an address.
    private func record(
        in bytes: UnsafeRawBufferPointer, at address: RecordAddress
    ) -> Result<JournalRecord, JournalError> {
        guard let header = FrameHeader(bytes), header.owner == .caller else {
            return .failure(.noRecord(at: address, reason: "no record begins there"))
        }
        let frame = UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, header.frameSize)])
        guard frame.count == header.frameSize,
            FrameHeader.storedChecksum(of: frame) == FrameHeader.checksum(of: frame),
            header.segment == address.segment, header.offset == address.offset
        else {
            let file = layout.segment(address.segment)
            let reason = "the record's checksum or place is wrong"
            return .failure(.corrupt(Damage(file: file, offset: UInt64(address.offset), reason: reason)))
        }
        let payload = frame[RecordFormat.headerSize..<(RecordFormat.headerSize + header.length)]
        return .success(
            JournalRecord(kind: header.kind, sequence: header.sequence, address: address, payload: Array(payload)))
    }

    /// The bytes of the frame that seems to be there, and of what follows it; not checked, and fewer if the file ends.
    private func frame(at address: RecordAddress, atLeast count: Int) throws(FileError) -> [UInt8] {
        let file = try file(of: address.segment)
        var bytes: [UInt8]
        do throws(FileError) { bytes = try file.read(count, at: UInt64(address.offset)) } catch {
            // What is wrong may be what was not asked for.
            guard count > Self.firstRead else { throw error }
            bytes = try file.read(Self.firstRead, at: UInt64(address.offset))
        }
        let size = bytes.withUnsafeBytes { FrameHeader($0)?.frameSize ?? 0 }
        let room = try file.size() - min(UInt64(address.offset), try file.size())
        // A damaged length must not set that much memory aside.
        if size > bytes.count, UInt64(size) <= room {
            bytes += try file.read(size - bytes.count, at: UInt64(address.offset) + UInt64(bytes.count))
        }
        return bytes
    }

    private func file(of segment: UInt32) throws(FileError) -> any OpenFile {
        if let index = opened.firstIndex(where: { $0.segment == segment }) {
            let entry = opened.remove(at: index)
            opened.append(entry)
            return entry.file
        }
        let file = try open(segment)
        if opened.count == Self.filesKeptOpen { opened.removeFirst().file.close() }
        opened.append((segment, file))
        return file
    }

    /// Without a descriptor to be had, one of its own makes way: reading goes on while others use up the process's.
    private func open(_ segment: UInt32) throws(FileError) -> any OpenFile {
        while true {
            do throws(FileError) {
                return try files.open(layout.segment(segment), .read)
            } catch {
                guard error.isOutOfDescriptors, !opened.isEmpty else { throw error }
                opened.removeFirst().file.close()
            }
        }
    }

    /// An open file of a retired segment would keep its blocks on the disk.
    func forget(_ segments: [UInt32]) {
        for entry in opened where segments.contains(entry.segment) { entry.file.close() }
        opened.removeAll { segments.contains($0.segment) }
    }

    func closeAll() {
        for entry in opened { entry.file.close() }
        opened = []
    }
}
