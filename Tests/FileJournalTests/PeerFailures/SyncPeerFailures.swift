import Foundation
import FileJournal
import DeterministicSimulation
import Testing

/// What others got wrong about syncs; see `Peer` for the table.
@Suite struct SyncPeerFailures {
    @Test func `nothing is taken after a sync that failed, where beanstalkd went on`() throws {
        let peer = try Peer()
        _ = try peer.submitDurably(payload(1))
        peer.files.fail(.sync, EIO, on: ".segment")
        #expect(try !peer.sync(peer.submit(payload(2))))
        let syncs = peer.files.calls(.sync)
        #expect(throws: JournalError.self) { try peer.journal.submit(1, payload(3)) }
        peer.steps.advance(by: .seconds(3600))
        peer.close()
        #expect(peer.files.calls(.sync) == syncs && peer.journal.stats().poisoned != nil)
    }

    @Test func `nothing is taken after a write that failed, where beanstalkd ran on without a log`() throws {
        let peer = try Peer()
        peer.files.fail(.write, ENOSPC, on: ".segment")
        #expect(try !peer.sync(peer.submit(payload(1))))
        #expect(throws: JournalError.self) { try peer.journal.submit(1, payload(2)) }
    }

    @Test func `a full segment is synced before the next one's records count, as beanstalkd's was not`() throws {
        let peer = try Peer()
        var ticket = try peer.submit(payload(1))
        var count = 1
        while ticket.address.segment == 1 {
            count += 1
            ticket = try peer.submit(payload(count))
        }
        #expect(peer.sync(ticket))
        let after = try Peer(peer.files.crashLosingEverythingUnsynced())
        #expect(after.tail == (1...count).map(payload))
    }

    @Test func `by default all is synced within a tenth of a second, where beanstalkd synced never`() throws {
        let peer = try Peer(SimulatedFileSystem(), JournalOptions())
        _ = try peer.submit(payload(1))
        peer.steps.settle()
        #expect(peer.journal.durableSequence == 0)
        // And nobody has to come along for it, as the last writes before a quiet spell needed there.
        peer.steps.advance(by: .milliseconds(100))
        peer.steps.settle()
        #expect(peer.journal.durableSequence == 1)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a restart after a failed sync does not take the cache for the disk, as PostgreSQL and others did`(
        seed: UInt64
    ) throws {
        let first = try Peer(SimulatedFileSystem(seed: seed))
        _ = try first.submitDurably(payload(1))
        first.files.fail(.sync, EIO, on: ".segment")
        #expect(try !first.sync(first.submit(payload(2))))

        // The cache still has what the disk may have lost, and calls it clean.
        let second = try Peer(first.files.kill())
        #expect(second.tail == [payload(1), payload(2)])
        let third = try Peer(second.files.crash())
        #expect(third.tail == [payload(1), payload(2)], "what was told once is there for good")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `what a restart tells is on the disk, though the process before was killed unsynced`(seed: UInt64) throws {
        let first = try Peer(SimulatedFileSystem(seed: seed))
        var ticket = try first.submit(payload(1))
        // Up to the brim, so that the next record begins a segment and syncs only that.
        while Int(ticket.address.offset) < 700 { ticket = try first.submit(payload(1)) }
        while first.journal.writtenSequence < ticket.sequence { first.steps.step(.writer) }
        let second = try Peer(first.files.kill())
        #expect(second.tail.count == Int(ticket.sequence))
        while ticket.address.segment == 1 { ticket = try second.submit(payload(9)) }
        #expect(second.sync(ticket))
        let third = try Peer(second.files.crash())
        #expect(third.tail.count == Int(ticket.sequence))
    }

    @Test func `an acknowledgement is a sync, where NATS synced every two minutes`() throws {
        let peer = try Peer()
        let ticket = try peer.submit(payload(1))
        peer.steps.step(.writer)
        #expect(peer.journal.writtenSequence == 1 && peer.journal.durableSequence == 0)
        #expect(try Peer(peer.files.crashLosingEverythingUnsynced()).tail.isEmpty)
        #expect(peer.sync(ticket))
        #expect(try Peer(peer.files.crashLosingEverythingUnsynced()).tail == [payload(1)])
    }
}
