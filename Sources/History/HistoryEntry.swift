/// One thing that happened to a subject, as it is kept for people to read.
///
/// Entries that share a key, or a job, are about one subject. The keys of two scopes never meet.
package struct HistoryEntry: Equatable, Sendable {
    /// A text or a body, and how long it was before it was cut.
    package struct Part: Equatable, Sendable {
        package var label: UInt8
        package var bytes: [UInt8]
        package var total: Int

        /// - Parameter most: bytes that are kept.
        package init(_ label: UInt8, _ bytes: some Collection<UInt8>, most: Int = Self.most) {
            self.label = label
            self.bytes = Array(bytes.prefix(min(most, Self.longest)))
            total = bytes.count
        }

        init(label: UInt8, bytes: [UInt8], total: Int) { (self.label, self.bytes, self.total) = (label, bytes, total) }

        package static let most = 8_192
        /// The most that can be asked for.
        package static let longest = 65_536

        package var isCut: Bool { total > bytes.count }
        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Milliseconds since 1970.
    package var at: Int64
    /// The caller's own.
    package var kind: UInt8
    /// Whose subject it is: a tenant.
    package var scope: String
    package var jobs: [UInt64]
    /// What the subject is found by exactly.
    package var keys: [String]
    /// What the subject is searched by: a piece of it is enough. Given as searches are, such as in small letters.
    package var words: String
    package var parts: [Part]

    package init(
        at: Int64, kind: UInt8, scope: String, jobs: [UInt64], keys: [String] = [], words: String = "",
        parts: [Part] = []
    ) {
        self.at = at
        self.kind = kind
        self.scope = scope
        self.jobs = Array(jobs.prefix(Self.mostJobs))
        self.keys = keys.prefix(Self.mostKeys).filter { $0.utf8.count <= Self.longestKey }
        self.words = words.cutBytes(Self.longestWords)
        self.parts = Array(parts.prefix(Self.mostParts))
    }

    package static let mostJobs = 1_000
    package static let mostKeys = 64
    package static let longestKey = 512
    package static let longestWords = 512
    static let mostParts = 255

    package subscript(label: UInt8) -> Part? { parts.first { $0.label == label } }

    /// What it takes of the file, nearly.
    package var size: Int {
        64 + jobs.count * 8 + keys.reduce(0) { $0 + $1.utf8.count + 2 } + words.utf8.count
            + parts.reduce(0) { $0 + $1.bytes.count + 9 }
    }
}

extension String {
    /// At most so many bytes, whole characters of Unicode.
    package func cutBytes(_ most: Int) -> String {
        guard utf8.count > most else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, most))
        while end > utf8.startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
