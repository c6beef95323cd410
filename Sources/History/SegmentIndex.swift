/// What is in memory of one segment: which entries are about one subject, and what subjects are found by.
///
/// 16 bytes an entry; of a new subject about 150 bytes, its words with it; of a job and of a key about 50.
struct SegmentIndex {
    struct Row: Equatable {
        var job: UInt64
        var subject: UInt32
        var offset: UInt32
    }

    private struct Text {
        var subject: UInt32
        /// The newest entry that has these words.
        var offset: UInt32
        var start: UInt32
        var length: UInt16
        var scope: UInt16
    }

    private struct Key {
        var print: UInt64
        var subject: UInt32
    }

    private(set) var rows: [Row] = []
    private var texts: [Text] = []
    private var letters: [UInt8] = []
    private var keys: [Key] = []
    private var subjects: [UInt64: UInt32] = [:]
    private var seen: [UInt64: UInt32] = [:]
    /// Of each subject the one that it turned out to be; itself, mostly.
    private var same: [UInt32] = []

    mutating func add(_ entry: HistoryEntry, at offset: Int) {
        guard let offset = UInt32(exactly: offset) else { return }
        let prints =
            entry.keys.map { Self.print($0, entry.scope) } + entry.jobs.map { Self.print(job: $0, entry.scope) }
        let subject = subject(of: prints)
        for job in entry.jobs.isEmpty ? [0] : entry.jobs {
            rows.append(Row(job: job, subject: subject, offset: offset))
        }
        guard !entry.words.isEmpty else { return }
        let print = Self.print(entry.words, "\(subject)")
        if let known = seen[print] {
            texts[Int(known)].offset = offset
        } else {
            seen[print] = UInt32(texts.count)
            texts.append(
                Text(
                    subject: subject, offset: offset, start: UInt32(letters.count),
                    length: UInt16(clamping: entry.words.utf8.count), scope: Self.print(scope: entry.scope)))
            letters += entry.words.utf8
        }
    }

    private mutating func subject(of prints: [UInt64]) -> UInt32 {
        let known = Set(prints.compactMap { subjects[$0].map(root) })
        let subject: UInt32
        if let first = known.min() {
            subject = first
            for other in known { same[Int(other)] = subject }
        } else {
            subject = UInt32(same.count)
            same.append(subject)
        }
        for print in prints where subjects[print] == nil {
            subjects[print] = subject
            keys.append(Key(print: print, subject: subject))
        }
        return subject
    }

    private func root(_ subject: UInt32) -> UInt32 {
        var subject = subject
        // Each points to a smaller one, or to itself.
        while same[Int(subject)] != subject { subject = same[Int(subject)] }
        return subject
    }

    /// Not the same in another process, so that no sender can make two keys meet.
    static func print(_ key: String, _ scope: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(scope)
        hasher.combine(key)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    static func print(job: UInt64, _ scope: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(scope)
        hasher.combine(job)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Tells most scopes apart.
    static func print(scope: String) -> UInt16 { UInt16(truncatingIfNeeded: print("", scope)) }

    // MARK: Finding

    /// The subjects that any of these keys leads to.
    func subjects(of prints: Set<UInt64>) -> Set<UInt32> { Set(prints.compactMap { subjects[$0].map(root) }) }

    /// All keys of these subjects.
    func prints(of subjects: Set<UInt32>) -> Set<UInt64> {
        guard !subjects.isEmpty else { return [] }
        return Set(keys.lazy.filter { subjects.contains(root($0.subject)) }.map(\.print))
    }

    func rows(of subjects: Set<UInt32>) -> [Row] {
        guard !subjects.isEmpty else { return [] }
        return rows.filter { subjects.contains(root($0.subject)) }
    }

    struct Match {
        var subject: UInt32
        /// The entry that tells of it.
        var offset: Int
        /// To go on behind it.
        var text: Int
    }

    /// The newest subject before a text that has all these words. Touches letters in memory, and no file.
    ///
    /// - Parameter scopes: prints of the scopes whose subjects count.
    func match(_ words: [[UInt8]], in scopes: Set<UInt16>, before text: Int) -> Match? {
        var index = min(text, texts.count)
        while index > 0 {
            index -= 1
            let text = texts[index]
            guard scopes.contains(text.scope) else { continue }
            let letters = letters[Int(text.start)..<(Int(text.start) + Int(text.length))]
            if words.allSatisfy({ letters.holds($0) }) {
                return Match(subject: root(text.subject), offset: Int(text.offset), text: index)
            }
        }
        return nil
    }

    /// An entry that tells of the subject: the newest with words, else the newest.
    func teller(of subject: UInt32) -> Int? {
        texts.last { root($0.subject) == subject }.map { Int($0.offset) }
            ?? rows.last { root($0.subject) == subject }.map { Int($0.offset) }
    }

    /// Bytes in memory, nearly.
    var memory: Int {
        rows.capacity * 16 + texts.capacity * 16 + letters.capacity + keys.capacity * 16
            + (subjects.capacity + seen.capacity) * 18 + same.capacity * 4
    }
}

extension ArraySlice<UInt8> {
    fileprivate func holds(_ piece: [UInt8]) -> Bool {
        guard let first = piece.first else { return true }
        return withUnsafeBufferPointer { text in
            guard text.count >= piece.count else { return false }
            return piece.withUnsafeBufferPointer { piece in
                (0...(text.count - piece.count)).contains { start in
                    text[start] == first && (1..<piece.count).allSatisfy { text[start + $0] == piece[$0] }
                }
            }
        }
    }
}
