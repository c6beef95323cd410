import FileJournal
import DeterministicSimulation
import Synchronization
import Testing

let directory = "/journal"

extension JournalOptions {
    /// Segments of a few records, many of them set aside so that a fast test does not outrun the keeper.
    static var small: JournalOptions {
        var options = JournalOptions(segmentSize: 1024, maxPayload: 128)
        options.segmentsAhead = 4
        // Only what somebody waits for is synced, so that tests decide what is.
        options.unsyncedLimit = .seconds(3600)
        options.fullDiskRetry = .zero
        return options
    }
}

/// A journal and what it told when it opened.
struct Opened {
    var journal: Journal
    var replayed: [ReplayedRecord]

    init(_ files: any FileSystem, _ options: JournalOptions = .small, at directory: String = directory) throws {
        var replayed: [ReplayedRecord] = []
        journal = try Journal.open(directory, options: options, files: files) { replayed.append($0) }
        self.replayed = replayed
    }

    var tail: [JournalRecord] {
        replayed.compactMap { if case .tail(let record) = $0 { record } else { nil } }
    }

    var checkpoint: [[UInt8]] {
        replayed.compactMap { if case .checkpoint(_, let payload) = $0 { payload } else { nil } }
    }
}

extension Journal {
    /// Submits, and lets the keeper catch up if the test is faster than it.
    func append(_ payload: [UInt8], kind: UInt8 = 1, reserve: Int = 0) async throws(JournalError) -> Ticket {
        while true {
            do throws(JournalError) {
                return try submit(kind, payload, reserve: reserve)
            } catch {
                guard case .full(let reason) = error, reason.contains("still being set aside") else { throw error }
                // Cancelled, as at the test's time limit, it says so.
                do { try await Task.sleep(for: .microseconds(100)) } catch { throw .closed }
            }
        }
    }

    func appendDurably(_ payload: [UInt8], kind: UInt8 = 1) async throws(JournalError) -> Ticket {
        let ticket = try await append(payload, kind: kind)
        try await durable(ticket)
        return ticket
    }
}

/// Bytes that tell which record they belong to; of many lengths.
func payload(_ number: Int) -> [UInt8] {
    Array("record \(number) ".utf8) + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number * 13 % 100)
}

extension SimulatedFileSystem {
    var segments: [String] { paths.filter { $0.hasSuffix(".segment") } }
}

func segmentPath(_ id: UInt32) -> String { "\(directory)/000000000\(id).segment" }

/// A checkpoint of a single record.
func one(_ payload: [UInt8]) -> [(kind: UInt8, payload: [UInt8])] { [(kind: 1, payload: payload)] }

/// A value that a callback changes.
final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
