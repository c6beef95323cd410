/// Looks at a journal's files without opening it, whatever state they are in.
public enum JournalInspection {
    /// Reads everything and reports all that is not as it was written. Changes nothing.
    ///
    /// May be used beside a running process; what that is just writing then shows as a torn tail.
    ///
    /// - Throws: `.io`, `.unknownVersion`.
    public static func verify(
        _ directory: String, files: any FileSystem = PosixFileSystem()
    ) throws(JournalError) -> VerifyReport {
        try DirectoryExamination(layout: DirectoryLayout(directory: directory), files: files).report
    }

    /// Copies what is good into a new directory, which then opens as a journal. The damaged one is left as it is.
    ///
    /// Every record keeps its address and its number; what could not be read is covered by marks. A torn tail is
    /// left out, as opening would.
    ///
    /// - Throws: `.notEmpty`, `.inUse`, `.io`, `.unknownVersion`.
    public static func salvage(
        _ directory: String, into target: String, files: any FileSystem = PosixFileSystem()
    ) throws(JournalError) -> SalvageReport {
        let source = DirectoryLayout(directory: directory)
        let lock: any OpenFile
        do throws(FileError) {
            lock = try files.lock(source.lock)
        } catch {
            guard error.isHeldElsewhere else { throw .io(error) }
            throw .inUse(directory: directory, holder: error.note)
        }
        defer { lock.close() }
        var salvage = Salvage(source: source, target: DirectoryLayout(directory: target), files: files)
        return try salvage.run()
    }
}
