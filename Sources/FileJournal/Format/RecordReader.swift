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

    init(layout: DirectoryLayout, files: any FileSystem) {
        self.layout = layout
        self.files = files
    }

    func read(_ address: RecordAddress) throws(JournalError) -> JournalRecord {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try frame(at: address)
        } catch {
            // Opened anew next time: what is wrong may be this descriptor alone.
            forget([address.segment])
            if error.isMissing { throw .segmentMissing(address) }
            throw .io(error)
        }
        return try bytes.withUnsafeBytes { bytes -> Result<JournalRecord, JournalError> in
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
        }.get()
    }

    /// The bytes of the frame that seems to be there; not checked, and fewer if the file ends.
    private func frame(at address: RecordAddress) throws(FileError) -> [UInt8] {
        let file = try file(of: address.segment)
        var bytes = try file.read(Self.firstRead, at: UInt64(address.offset))
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
