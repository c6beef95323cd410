import Foundation
import FileJournal
import DeterministicSimulation
import Testing

/// What others got wrong about files and their names; see `Peer` for the table.
@Suite struct FilePeerFailures {
    @Test func `a stale position cannot overwrite unread records, as nsq's did`() throws {
        let peer = try Peer()
        for number in 1...12 { _ = try peer.submitDurably(payload(number)) }
        _ = peer.checkpoint(upTo: 3)
        let stale = try #require(peer.files.content("\(directory)/checkpoint"))
        _ = peer.checkpoint(upTo: 10)
        peer.close()
        // The only file that says how far anything is comes back from a backup.
        let files = peer.files.kill()
        files.put("\(directory)/checkpoint", stale)
        let again = try Peer(files)
        #expect(again.history == (1...12).map(payload))
        #expect(try again.submitDurably(payload(13)).sequence == 13)
        #expect(try Peer(files.crash()).history == (1...13).map(payload))
    }

    @Test func `a stale position whose records are gone is refused`() throws {
        let peer = try Peer()
        for number in 1...40 { _ = try peer.submitDurably(payload(number)) }
        _ = peer.checkpoint(upTo: 3)
        let stale = try #require(peer.files.content("\(directory)/checkpoint"))
        _ = peer.checkpoint(upTo: 40, retiring: peer.journal.segments.map(\.id))
        let files = peer.files.kill()
        files.put("\(directory)/checkpoint", stale)
        let damage = Damage(
            file: segmentPath(1), offset: 0, reason: "the segment is missing, and the checkpoint needs it")
        #expect(throws: JournalError.corrupt(damage)) { try Peer(files) }
    }

    @Test func `a full disk leaves no empty files behind, as nsq left thousands`() throws {
        let files = SimulatedFileSystem()
        files.setCapacity(4 * 1024)
        var options = JournalOptions.small
        options.fullDiskRetry = .seconds(1)
        let peer = try Peer(files, options)
        for _ in 0..<500 {
            _ = try? peer.submit(payload(3))
            peer.steps.advance(by: .seconds(1))
            peer.steps.settle()
        }
        #expect(peer.journal.stats().refused > 300 && files.paths.count < 10)
        #expect(files.paths.allSatisfy { files.content($0)?.isEmpty == false })
        // An opening on the same disk ends, and finds all.
        let count = Int(peer.journal.lastSequence)
        #expect(try Peer(files.kill(), options).tail.count == count)
    }

    @Test func `closing in the middle of a batch finishes it, where SIGTERM left beanstalkd half a job`() throws {
        var options = JournalOptions.small
        options.batchLimit = 150
        let peer = try Peer(SimulatedFileSystem(), options)
        for number in 1...9 { _ = try peer.submit(payload(number)) }
        peer.steps.step(.writer)
        #expect(0..<9 ~= peer.journal.writtenSequence)
        peer.files.faults.longestWrite = 50
        peer.close()
        #expect(try Peer(peer.files.crash()).tail == (1...9).map(payload))
    }

    @Test func `no byte that was synced changes, where Tape's header did`() throws {
        var files = SimulatedFileSystem()
        for round in 0..<5 {
            let peer = try Peer(files)
            for number in 1...5 {
                let ticket = try peer.submitDurably(payload(number))
                let path = segmentPath(ticket.address.segment)
                let before = try #require(files.content(path)).prefix(Int(ticket.address.offset))
                _ = try peer.submit(payload(number))
                peer.steps.settle()
                #expect(files.content(path)?.starts(with: before) == true)
            }
            let before = files.content(segmentPath(1))
            files = round % 2 == 0 ? files.kill() : files.crash()
            if round > 1 { #expect(files.content(segmentPath(1)) == before) }
        }
    }

    @Test func `a segment's name is on the disk before a record in it counts (ALICE)`() throws {
        let peer = try Peer()
        var ticket = try peer.submitDurably(payload(1))
        while ticket.address.segment < 3 {
            ticket = try peer.submitDurably(payload(1))
            #expect(try Peer(peer.files.crashLosingEverythingUnsynced()).tail.count == Int(ticket.sequence))
        }
    }

    @Test func `a name that a killed process left unsynced is synced before a record there counts (ALICE)`() throws {
        var isCovered = false
        // Killed at any call; among them the one between the rename and the directory's sync.
        for call in 0..<60 {
            let peer = try Peer()
            peer.files.failPower(at: peer.files.changes + call)
            for number in 1...20 { _ = try? peer.submit(payload(number)) }
            peer.steps.settle()
            let killed = peer.files.kill()
            if killed.crashLosingEverythingUnsynced().segments != killed.segments { isCovered = true }
            let again = try Peer(killed)
            let ticket = try again.submitDurably(payload(30))
            #expect(try Peer(killed.crashLosingEverythingUnsynced()).tail.count == Int(ticket.sequence), "call \(call)")
        }
        #expect(isCovered)
    }

    @Test func `a checkpoint's name is on the disk before what it stands for is deleted (ALICE)`() throws {
        var calls = 0
        var isWhole = false
        while !isWhole {
            let peer = try Peer()
            for number in 1...30 { _ = try peer.submitDurably(payload(number)) }
            peer.files.failPower(at: peer.files.changes + calls)
            isWhole = (try? peer.checkpoint(upTo: 30, retiring: peer.journal.segments.map(\.id))?.get()) != nil
            isWhole = isWhole && !peer.files.isOff
            for files in [peer.files.crashLosingEverythingUnsynced()] + (0..<8).map({ peer.files.crash(seed: $0) }) {
                #expect(try Peer(files).history == (1...30).map(payload), "power went at call \(calls)")
            }
            calls += 1
        }
        #expect(calls > 5)
    }

    @Test func `no file is used again, so no old record is taken for a new one as in RocksDB`() throws {
        let peer = try Peer()
        for number in 1...30 { _ = try peer.submitDurably(payload(number)) }
        _ = try peer.checkpoint(upTo: 30, retiring: peer.journal.segments.map(\.id))?.get()
        #expect(peer.files.segments.count == 1)
        // A rename that did not survive left a header in a spare.
        let header = try #require(peer.files.content(peer.files.segments[0])).prefix(64)
        for path in peer.files.paths where path.contains("spare") { peer.files.edit(path) { $0.put(header, at: 0) } }
        for number in 31...60 {
            let ticket = try peer.submitDurably(payload(number))
            let end = Int(ticket.address.offset) + Journal.frameSize(payload: payload(number).count)
            let rest = try #require(peer.files.content(segmentPath(ticket.address.segment))).dropFirst(end)
            #expect(rest.allSatisfy { $0 == 0 })
        }
        #expect(try Peer(peer.files.crash()).history == (1...60).map(payload))
    }
}
