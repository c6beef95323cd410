import FileJournal
import Synchronization

/// Entries of one subject: the newest jobs' of a page.
package struct HistoryStory: Equatable, Sendable {
    /// Of the page, the newest first.
    package var jobs: [UInt64] = []
    /// Of all pages.
    package var total = 0
    package var hasMore = false
    /// In the order in which they were noted.
    package var entries: [HistoryEntry] = []
    /// Entries in the middle of jobs with very many, which were not read.
    package var leftOut: [UInt64: Int] = [:]

    package init() {}
}

extension History {
    /// Entries that tell of subjects: those that a key names exactly, then those whose words hold all that was asked for,
    /// the newest first, each subject once. Reads no more entries than are returned.
    ///
    /// - Parameters:
    ///   - keys: in all these scopes.
    ///   - words: none: only the keys count.
    ///   - after: the cursor of the page before.
    package func search(
        words: [String], keys: [String], jobs: [UInt64] = [], scopes: Set<String>, limit: Int,
        after: HistoryCursor? = nil
    ) async -> (entries: [HistoryEntry], next: HistoryCursor?) {
        await thread.run {
            self.drain()
            return self.core.withLock { core in
                var (found, seen) = ([HistoryEntry](), Set<UInt64>())
                if after == nil {
                    for scope in scopes.sorted() {
                        for print in Self.prints(keys, jobs, scope).sorted() where !seen.contains(print) {
                            guard found.count < limit, let place = core.book.teller(of: [print]) else { continue }
                            seen.formUnion(core.book.subject(of: [print]).prints)
                            found += self.read([place], &core).filter { $0.scope == scope }
                        }
                    }
                }
                guard !words.isEmpty else { return (found, nil) }
                var cursor = after
                // A few that are not returned may be met on the way: of other scopes, or found by a key.
                while found.count < limit {
                    let matches = core.book.search(words, in: scopes, limit: limit - found.count + 1, after: cursor)
                    guard !matches.isEmpty else { return (found, nil) }
                    for match in matches {
                        cursor = match.cursor
                        guard let entry = self.read([match.place], &core).first, scopes.contains(entry.scope) else {
                            continue
                        }
                        guard seen.isDisjoint(with: Self.prints(entry.keys, entry.jobs, entry.scope)) else { continue }
                        found.append(entry)
                        if found.count == limit { break }
                    }
                }
                return (found, cursor)
            }
        }
    }

    /// - Parameter before: jobs with smaller numbers only, for the page behind one.
    package func story(
        keys: [String], jobs: [UInt64] = [], scope: String, limit: Int, before: UInt64? = nil
    ) async -> HistoryStory {
        await thread.run {
            self.drain()
            return self.core.withLock { core in
                let places = core.book.subject(of: Self.prints(keys, jobs, scope)).places
                var story = HistoryStory()
                story.total = places.count
                let numbers = places.keys.filter { $0 < before ?? .max }.sorted(by: >)
                story.jobs = Array(numbers.prefix(limit))
                story.hasMore = numbers.count > limit
                var wanted: Set<HistoryBook.Place> = []
                for job in story.jobs {
                    let all = places[job] ?? []
                    let surplus = all.count - Self.mostOfJob
                    if surplus > 0 { story.leftOut[job] = surplus }
                    wanted.formUnion(
                        surplus > 0
                            ? all.prefix(Self.firstOfJob) + all.suffix(Self.mostOfJob - Self.firstOfJob) : all[...])
                }
                story.entries = self.read(wanted.sorted(), &core)
                return story
            }
        }
    }

    /// How a job with very many entries began, and how it goes on.
    static let (firstOfJob, mostOfJob) = (20, 200)

    /// Whether there is an entry of a job.
    package func knows(job: UInt64, of scope: String) async -> Bool {
        await thread.run {
            self.drain()
            return self.core.withLock { $0.book.teller(of: [SegmentIndex.print(job: job, scope)]) != nil }
        }
    }

    static func prints(_ keys: [String], _ jobs: [UInt64], _ scope: String) -> Set<UInt64> {
        Set(keys.map { SegmentIndex.print($0, scope) } + jobs.map { SegmentIndex.print(job: $0, scope) })
    }

    /// Those that can be read. On its thread.
    private func read(_ places: [HistoryBook.Place], _ core: inout Core) -> [HistoryEntry] {
        var (entries, current) = ([HistoryEntry](), (number: UInt64, file: any OpenFile)?.none)
        for place in places {
            if current?.number != place.segment {
                current?.file.close()
                current = (try? files.files.open(files.path(place.segment), .read)).map { (place.segment, $0) }
            }
            core.reads += 1
            if let file = current?.file, let entry = files.read(place, from: file) { entries.append(entry) }
        }
        current?.file.close()
        return entries
    }
}
