/// The ring of segments with what is in memory of each. Decides and finds; reads and writes no file.
struct HistoryBook {
    /// Where an entry lies.
    struct Place: Hashable, Comparable {
        var segment: UInt64
        var offset: Int

        static func < (a: Place, b: Place) -> Bool { (a.segment, a.offset) < (b.segment, b.offset) }
    }

    private(set) var ring: HistoryRing
    private(set) var indexes: [UInt64: SegmentIndex] = [:]

    init(_ limits: HistoryLimits) { ring = HistoryRing(limits) }

    var memory: Int { indexes.values.reduce(0) { $0 + $1.memory } }

    // MARK: Writing

    /// A segment file that was there at the start.
    mutating func found(_ number: UInt64, bytes: Int, _ entries: [(entry: HistoryEntry, offset: Int)]) {
        ring.found(.init(number: number))
        // It is the last so far.
        wrote(entries, to: number, bytes: bytes)
    }

    mutating func makeRoom(bytes: Int, at now: Int64) -> [HistoryRing.Step] {
        applied(ring.makeRoom(bytes: bytes, at: now))
    }
    mutating func expire(at now: Int64) -> [HistoryRing.Step] { applied(ring.expire(at: now)) }
    mutating func giveBack() -> [HistoryRing.Step] { applied(ring.giveBack().map { [$0] } ?? []) }
    mutating func remove(_ number: UInt64) -> [HistoryRing.Step] { applied([ring.remove(number)]) }

    mutating func seal() { ring.seal() }

    private mutating func applied(_ steps: [HistoryRing.Step]) -> [HistoryRing.Step] {
        for case .remove(let number) in steps { indexes[number] = nil }
        return steps
    }

    mutating func wrote(_ entries: [(entry: HistoryEntry, offset: Int)], to number: UInt64, bytes: Int) {
        ring.wrote(bytes: bytes, at: entries.map(\.entry.at))
        for (entry, offset) in entries { indexes[number, default: SegmentIndex()].add(entry, at: offset) }
    }

    /// The file was written anew with these entries alone.
    mutating func replaced(_ number: UInt64, bytes: Int, _ entries: [(entry: HistoryEntry, offset: Int)]) {
        var segment = HistoryRing.Segment(number: number)
        (segment.bytes, segment.entries) = (bytes, entries.count)
        if let first = entries.map(\.entry.at).min(), let last = entries.map(\.entry.at).max() {
            segment.times = first...last
        }
        ring.replaced(segment)
        var index = SegmentIndex()
        for (entry, offset) in entries { index.add(entry, at: offset) }
        indexes[number] = index
    }

    // MARK: Finding

    struct Match: Equatable {
        var place: Place
        /// To go on behind it.
        var cursor: HistoryCursor
    }

    /// Subjects whose words hold all of these, the newest first, each once.
    func search(_ words: [String], in scopes: Set<String>, limit: Int, after: HistoryCursor?) -> [Match] {
        let pieces = words.map { Array($0.utf8) }
        let scopes = Set(scopes.map(SegmentIndex.print(scope:)))
        var (matches, seen) = ([Match](), Set<UInt64>())
        for number in indexes.keys.sorted(by: >) where number <= after?.segment ?? .max {
            guard let index = indexes[number] else { continue }
            var text = number == after?.segment ? after?.text ?? .max : .max
            while matches.count < limit, let match = index.match(pieces, in: scopes, before: text) {
                text = match.text
                let prints = index.prints(of: [match.subject])
                guard seen.isDisjoint(with: prints) else { continue }
                seen.formUnion(prints)
                if let after, wasFound(prints, pieces, scopes, in: number, before: after) { continue }
                matches.append(
                    Match(
                        place: Place(segment: number, offset: match.offset),
                        cursor: HistoryCursor(segment: number, text: match.text)))
            }
            if matches.count >= limit { break }
        }
        return matches
    }

    /// Whether a page before told of the subject.
    private func wasFound(
        _ prints: Set<UInt64>, _ pieces: [[UInt8]], _ scopes: Set<UInt16>, in segment: UInt64,
        before after: HistoryCursor
    ) -> Bool {
        indexes.contains { number, index in
            guard number >= after.segment, number >= segment else { return false }
            let subjects = index.subjects(of: prints)
            guard !subjects.isEmpty else { return false }
            var text = Int.max
            while let match = index.match(pieces, in: scopes, before: text) {
                text = match.text
                // Those from the cursor on are of this page.
                if number == after.segment, text < after.text { return false }
                if subjects.contains(match.subject) { return true }
            }
            return false
        }
    }

    /// The subject that these keys lead to, through all segments: all its keys, and where its entries lie, by their jobs.
    func subject(of prints: Set<UInt64>) -> (prints: Set<UInt64>, places: [UInt64: [Place]]) {
        var (known, fresh) = (prints, prints)
        // Ends: what is known only grows, and there are no more than were written.
        while !fresh.isEmpty {
            var found: Set<UInt64> = []
            for index in indexes.values { found.formUnion(index.prints(of: index.subjects(of: fresh))) }
            fresh = found.subtracting(known)
            known.formUnion(fresh)
        }
        var places: [UInt64: [Place]] = [:]
        for number in indexes.keys.sorted() {
            guard let index = indexes[number] else { continue }
            for row in index.rows(of: index.subjects(of: known)) {
                places[row.job, default: []].append(Place(segment: number, offset: Int(row.offset)))
            }
        }
        return (known, places)
    }

    /// The newest entry that tells of the subject.
    func teller(of prints: Set<UInt64>) -> Place? {
        for number in indexes.keys.sorted(by: >) {
            guard let index = indexes[number], let subject = index.subjects(of: prints).first,
                let offset = index.teller(of: subject)
            else { continue }
            return Place(segment: number, offset: offset)
        }
        return nil
    }
}

/// Where a page of a search ends.
package struct HistoryCursor: Equatable, Sendable, CustomStringConvertible {
    var segment: UInt64
    var text: Int

    init(segment: UInt64, text: Int) { (self.segment, self.text) = (segment, text) }

    /// Reads what `description` writes.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let segment = UInt64(parts[0]), let text = Int(parts[1]), text >= 0 else { return nil }
        (self.segment, self.text) = (segment, text)
    }

    package var description: String { "\(segment)-\(text)" }
}
