/// Makes segment files, so that each is whole before it bears a segment's name.
struct SegmentFiles: Sendable {
    let layout: DirectoryLayout
    let files: any FileSystem

    /// An empty file with all its blocks set aside on the disk.
    func makeSpare(_ spare: SpareFile) throws(FileError) {
        let path = layout.spare(spare.number)
        do throws(FileError) {
            let file = try files.open(path, .create)
            defer { file.close() }
            try file.allocate(UInt64(spare.size))
            try file.sync()
        } catch {
            // A half-made file would hold the very room that is short. That it cannot be removed changes nothing.
            try? files.remove(path)
            throw error
        }
    }

    /// Makes a blank spare of a segment that nothing lives in, whose blocks stay set aside.
    func recycle(_ segment: UInt32, as spare: SpareFile) throws(FileError) {
        let file = try files.open(layout.segment(segment), .update)
        defer { file.close() }
        let blank = [UInt8](repeating: 0, count: min(spare.size, Self.pieceSize))
        var offset = 0
        while offset < spare.size {
            let count = min(blank.count, spare.size - offset)
            try file.writeAll(count == blank.count ? blank : Array(blank.prefix(count)), at: UInt64(offset))
            offset += count
        }
        try file.sync()
        try files.rename(layout.segment(segment), to: layout.spare(spare.number))
        try files.syncDirectory(layout.directory)
    }

    private static let pieceSize = 1 << 20

    func open(_ spare: SpareFile) throws(FileError) -> any OpenFile {
        try files.open(layout.spare(spare.number), .update)
    }

    /// Makes a spare, which is open as `file`, the next segment. The caller has synced the one before it.
    func activate(_ spare: SpareFile, _ file: any OpenFile, as header: SegmentHeader) throws(FileError) -> any OpenFile
    {
        do throws(FileError) {
            try file.writeAll(header.bytes, at: 0)
            try file.sync()
            try files.rename(layout.spare(spare.number), to: layout.segment(header.id))
            try files.syncDirectory(layout.directory)
        } catch {
            file.close()
            throw error
        }
        // Opened anew by its name, which is the one that errors will tell. It is the same file under its old name.
        guard let named = try? files.open(layout.segment(header.id), .update) else { return file }
        file.close()
        return named
    }
}

/// A file with its room set aside that is not a segment yet.
struct SpareFile: Equatable, Sendable {
    var number: UInt64
    var size: Int
}
