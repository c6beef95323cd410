import Foundation
import DurableQueue

/// Notices at a start that the data directory is a restored copy, and keeps the mark by which the next start does.
struct RestoredData: Sendable {
    private let queue: JobQueue
    /// Nil: there is no directory of this machine's.
    private let directory: String?

    private static let note = "directory mark"

    init(queue: JobQueue, directory: String?) {
        self.queue = queue
        self.directory = directory
    }

    /// Whether Keap may have been told more than this directory knows.
    func isRestored() async -> Bool {
        guard let directory, let saved = await queue.metadata(Self.note), !saved.isEmpty else { return false }
        // A mark that cannot be read was written by another version, and tells nothing.
        guard let mark = try? JSONDecoder().decode(DirectoryMark.self, from: Data(saved)) else { return false }
        return !mark.isThere(in: directory)
    }

    /// Makes a new mark. Where the disk has no room for it, the one before goes on to count.
    func renew() async {
        guard let directory, let mark = DirectoryMark.make(in: directory),
            let bytes = try? JSONEncoder().encode(mark)  // text and numbers always encode
        else { return }
        do {
            try await queue.setMetadata(Self.note, Array(bytes), durable: true)
            mark.removeOthers(in: directory)
        } catch {
            mark.remove(from: directory)
        }
    }
}
