/// Makes segment files, so that each is whole before it bears a segment's name.
struct SegmentFiles: Sendable {
    let layout: DirectoryLayout
    let files: any FileSystem
    let segmentSize: Int

    /// An empty file with all its blocks set aside on the disk.
    func makeSpare(_ number: UInt64) throws(FileError) {
        let path = layout.spare(number)
        do throws(FileError) {
            let file = try files.open(path, .create)
            defer { file.close() }
            try file.allocate(UInt64(segmentSize))
            try file.sync()
        } catch {
            // A half-made file would hold the very room that is short. That it cannot be removed changes nothing.
            try? files.remove(path)
            throw error
        }
    }

    /// Makes a spare the next segment. The caller has synced the one before it.
    func activate(spare number: UInt64, as header: SegmentHeader) throws(FileError) -> any OpenFile {
        let spare = try files.open(layout.spare(number), .update)
        defer { spare.close() }
        try spare.writeAll(header.bytes, at: 0)
        try spare.sync()
        try files.rename(layout.spare(number), to: layout.segment(header.id))
        try files.syncDirectory(layout.directory)
        // Opened anew by its name, which is the one that errors will tell.
        return try files.open(layout.segment(header.id), .update)
    }
}
