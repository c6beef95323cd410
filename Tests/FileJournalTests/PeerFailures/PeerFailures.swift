import FileJournal
import DeterministicSimulation
import Testing

/// What went wrong in other queues and logs, each with a test that it cannot go wrong here.
///
/// | where | what happened | test |
/// |---|---|---|
/// | NSQ, go-diskqueue #28 | a position in a file of its own was stale; unread messages were overwritten | `FilePeerFailures` |
/// | NSQ #1514 | a position in the middle of a message; the whole file was put away as bad | `DamagePeerFailures` |
/// | NSQ #938, #1033 | a full disk left thousands of empty temporary files, and a loop that never ended | `FilePeerFailures` |
/// | beanstalkd #477, walg.c | a failed fsync or write was printed, and the queue ran on without a log | `SyncPeerFailures` |
/// | beanstalkd, file.c | a full segment was closed without a sync | `SyncPeerFailures` |
/// | beanstalkd #546 | synced never, by default | `SyncPeerFailures` |
/// | beanstalkd, walg.c | the last writes before a quiet spell waited for the next operation to be synced | `SyncPeerFailures` |
/// | beanstalkd #157 | SIGTERM in the middle of a write left corrupt jobs | `FilePeerFailures` |
/// | Tape 1.2.1–1.2.3 | a header changed in place, torn by a loss of power | `FilePeerFailures` |
/// | PostgreSQL, fsyncgate (2018) | a second fsync succeeded, the pages were gone | `SyncPeerFailures` |
/// | Rebello et al. (ATC 2020) | after an fsync error the cache was read as proof | `SyncPeerFailures` |
/// | Pillai et al., ALICE (OSDI 2014) | the directory not synced; appends taken for atomic and ordered | `FilePeerFailures` |
/// | camunda/zeebe #6098 | a wrong checksum was taken for the end of the log | `DamagePeerFailures` |
/// | Artemis, WFLY-13991 | the corrupt file was deleted, and with it all evidence | `DamagePeerFailures` |
/// | Artemis PR #3776 | one corrupt message, and the broker did not start | `DamagePeerFailures` |
/// | RocksDB PR #12403 | an old record in a reused file was read as a new one | `FilePeerFailures` |
/// | NATS JetStream (Jepsen 2025) | acknowledged before the sync; one wrong bit cost a whole stream | `SyncPeerFailures`, `DamagePeerFailures` |
/// | TigerBeetle, safety.md | disks write to the wrong place | `DamagePeerFailures` |
/// | vapor/queues | what it did not know by name was thrown away | `DamagePeerFailures` |
/// | River #1318 | a scan that stopped early hid what came later | `JournalSimulationTests`: every record, each time |
/// | Yuan et al. (OSDI 2014) | errors that were handled badly | `FailureTests`, and `.errors` in `JournalHistory` |
/// | macOS, fsync(2) | the drive's cache is not flushed | `PosixFile.sync`, which only that system can test |
///
/// What went wrong with lanes, leases and limits (solid_queue, BullMQ, Procrastinate and others) is the pool's to test.
struct Peer {
    let files: SimulatedFileSystem
    let steps = SteppedJournal()
    let journal: Journal
    let told: [ReplayedRecord]

    init(
        _ files: SimulatedFileSystem = SimulatedFileSystem(), _ options: JournalOptions = .small
    ) throws {
        self.files = files
        var told: [ReplayedRecord] = []
        journal = try Journal.open(directory, options: options, files: files, driver: steps) { told.append($0) }
        self.told = told
        // Segments are set aside before the first record.
        steps.settle()
    }

    var tail: [[UInt8]] { told.compactMap { if case .tail(let record) = $0 { record.payload } else { nil } } }

    func submit(_ payload: [UInt8], kind: UInt8 = 1) throws -> Ticket {
        let ticket = try journal.submit(kind, payload)
        steps.step(.worker(.keeper))
        return ticket
    }

    /// Lets the writer do what it can; true if the disk has the record then.
    func sync(_ ticket: Ticket) -> Bool {
        journal.wantDurable(ticket)
        steps.settle()
        return journal.durableSequence >= ticket.sequence
    }

    func submitDurably(_ payload: [UInt8]) throws -> Ticket {
        let ticket = try submit(payload)
        #expect(sync(ticket))
        return ticket
    }

    func checkpoint(upTo: Int, retiring: [UInt32] = []) -> Result<Void, JournalError>? {
        let told = Box<Result<Void, JournalError>?>(nil)
        let records = (1...upTo).map { (kind: UInt8(9), payload: payload($0)) }
        journal.checkpoint(records, upTo: UInt64(upTo), retiring: retiring) { told.value = $0 }
        steps.settle()
        return told.value
    }

    func close() {
        journal.beginClose()
        steps.settle()
    }

    /// Everything that an opening tells, checkpoint and tail: records 1, 2, 3 and so on.
    var history: [[UInt8]] {
        told.map {
            switch $0 {
            case .checkpoint(_, let payload): payload
            case .tail(let record): record.payload
            }
        }
    }
}
