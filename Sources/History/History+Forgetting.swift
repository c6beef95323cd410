import FileJournal
import Synchronization

extension History {
    /// Erases all entries of one subject: files that hold some are written anew without them.
    ///
    /// A file that cannot be written anew, on a full disk, goes whole: what is asked to be erased is worth more.
    ///
    /// - Returns: how many entries went.
    package func forget(keys: [String], jobs: [UInt64] = [], scope: String) async -> Int {
        await thread.run {
            self.drain()
            return self.core.withLock { core in
                let places = core.book.subject(of: Self.prints(keys, jobs, scope)).places
                var erased: [UInt64: Set<Int>] = [:]
                for place in places.values.joined() { erased[place.segment, default: []].insert(place.offset) }
                for (segment, offsets) in erased.sorted(by: { $0.key < $1.key }) {
                    self.rewrite(segment, without: offsets, &core)
                }
                return erased.values.reduce(0) { $0 + $1.count }
            }
        }
    }

    private func rewrite(_ number: UInt64, without offsets: Set<Int>, _ core: inout Core) {
        // It goes on in the new file, with the next entry.
        if core.open?.number == number {
            core.open?.file.close()
            core.open = nil
        }
        do throws(FileError) {
            var kept: [HistoryEntry] = []
            _ = try files.scan(number) { entry, offset in
                if !offsets.contains(offset) { kept.append(entry) }
            }
            let new = try files.rewrite(number, kept)
            core.book.replaced(number, bytes: new.bytes, new.entries)
        } catch {
            perform(core.book.remove(number), &core)
        }
    }
}
