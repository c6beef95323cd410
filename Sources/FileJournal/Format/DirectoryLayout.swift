/// The files of a journal's directory, by name.
///
///     LOCK                           held while the journal is open
///     checkpoint                     stands for every record up to some sequence number
///     0000000001.segment             records; the number is the segment's id
///     0000000003.segment.torn-1      what was cut from a segment's end after a loss of power
///     spare-7                        an empty segment, set aside so that a full disk cannot stop completion
///     checkpoint.tmp                 the next checkpoint, not whole yet
struct DirectoryLayout: Sendable {
    let directory: String

    var lock: String { path("LOCK") }
    var checkpoint: String { path("checkpoint") }
    var checkpointAside: String { path("checkpoint.tmp") }

    func segment(_ id: UInt32) -> String { path(Self.name(ofSegment: id)) }
    func spare(_ number: UInt64) -> String { path("spare-\(number)") }
    func torn(_ id: UInt32, _ number: Int) -> String { path(Self.name(ofSegment: id) + ".torn-\(number)") }
    func path(_ name: String) -> String { directory.hasSuffix("/") ? directory + name : directory + "/" + name }

    /// A file whose number is larger is not one of ours, which count from 1.
    private static let fileNumberLimit = 1 << 40

    static func name(ofSegment id: UInt32) -> String {
        let digits = String(id)
        return String(repeating: "0", count: 10 - digits.count) + digits + ".segment"
    }

    static func segmentID(ofName name: String) -> UInt32? {
        guard name.hasSuffix(".segment"), let id = UInt32(name.dropLast(8)), name == self.name(ofSegment: id),
            id < RecordFormat.segmentLimit
        else { return nil }
        return id
    }

    static func spareNumber(ofName name: String) -> UInt64? {
        guard name.hasPrefix("spare-"), let number = UInt64(name.dropFirst(6)), name == "spare-\(number)",
            number < fileNumberLimit
        else { return nil }
        return number
    }

    /// Numbers of the torn copies of a segment among these names.
    static func tornCopies(of id: UInt32, among names: [String]) -> [Int] {
        let prefix = name(ofSegment: id) + ".torn-"
        return names.compactMap { $0.hasPrefix(prefix) ? Int($0.dropFirst(prefix.count)) : nil }
            .filter { $0 < fileNumberLimit }.sorted()
    }
}
