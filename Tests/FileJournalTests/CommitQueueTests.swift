import Testing

@testable import FileJournal

@Suite struct CommitQueueTests {
    private let now = ContinuousClock.now

    private static func queue(batchLimit: Int = 1 << 20, limit: Duration = .milliseconds(100)) -> CommitQueue {
        var options = JournalOptions(segmentSize: 1024, maxPayload: 128)
        options.batchLimit = batchLimit
        options.unsyncedLimit = limit
        var queue = CommitQueue(
            options: options, last: 0, next: RecordAddress(segment: 1, offset: 64), capacity: 1024)
        queue.withSpace { for _ in 0..<4 { $0.made(1024) } }
        return queue
    }

    private func submit(_ queue: inout CommitQueue, _ bytes: Int = 8) throws -> Ticket {
        try queue.submit(1, [UInt8](repeating: 0, count: bytes), .intake(reserving: 0))
    }

    private func step(_ queue: inout CommitQueue, after: Duration = .zero) -> String {
        switch queue.nextStep(at: now.advanced(by: after)) {
        case .write(let batch): "write \(batch.map(\.sequence))"
        case .sync: "sync"
        case .sleep(nil): "sleep"
        case .sleep(let until?): "sleep until \(until - now)"
        case .stop: "stop"
        }
    }

    @Test func `numbers count up, and places follow each other through segments`() throws {
        var queue = Self.queue()
        var places: [RecordAddress] = []
        for number in 1...8 {
            let ticket = try submit(&queue, 128)
            #expect(ticket.sequence == UInt64(number))
            places.append(ticket.address)
        }
        let offsets = (0..<5).map { UInt32(64 + $0 * 168) }
        #expect(
            places
                == (offsets.map { RecordAddress(segment: 1, offset: $0) }
                    + offsets.prefix(3).map { RecordAddress(segment: 2, offset: $0) }))
    }

    @Test func `a record is written at once, and synced when it has a waiter`() throws {
        var queue = Self.queue()
        let ticket = try submit(&queue)
        #expect(step(&queue) == "write [1]")
        queue.wrote(upTo: 1)
        #expect(step(&queue) == "sleep until \(Duration.milliseconds(100))")
        queue.want(durable: ticket.sequence)
        #expect(step(&queue) == "sync")
        queue.synced(upTo: 1)
        #expect(step(&queue) == "sleep")
    }

    @Test func `a record without a waiter is synced when the limit has passed`() throws {
        var queue = Self.queue()
        _ = try submit(&queue)
        _ = step(&queue)
        queue.wrote(upTo: 1)
        #expect(step(&queue, after: .milliseconds(99)) == "sleep until \(Duration.milliseconds(100))")
        #expect(step(&queue, after: .milliseconds(100)) == "sync")
    }

    @Test func `later records do not put the limit off`() throws {
        var queue = Self.queue()
        _ = try submit(&queue)
        _ = step(&queue)
        queue.wrote(upTo: 1)
        _ = try submit(&queue)
        #expect(step(&queue, after: .milliseconds(60)) == "write [2]")
        queue.wrote(upTo: 2)
        #expect(step(&queue, after: .milliseconds(60)) == "sleep until \(Duration.milliseconds(100))")
    }

    @Test func `what gathers during a sync goes into the next one`() throws {
        var queue = Self.queue()
        queue.want(durable: try submit(&queue).sequence)
        #expect(step(&queue) == "write [1]")
        queue.wrote(upTo: 1)
        #expect(step(&queue) == "sync")
        for _ in 0..<3 { queue.want(durable: try submit(&queue).sequence) }
        queue.synced(upTo: 1)
        #expect(step(&queue) == "write [2, 3, 4]")
        queue.wrote(upTo: 4)
        #expect(step(&queue) == "sync")
    }

    @Test func `a steady stream of records cannot keep a sync away`() throws {
        var queue = Self.queue()
        queue.want(durable: try submit(&queue).sequence)
        _ = step(&queue)
        queue.wrote(upTo: 1)
        _ = try submit(&queue)
        #expect(step(&queue) == "sync")
    }

    @Test func `a batch is bounded by bytes, and a larger record goes alone`() throws {
        var queue = Self.queue(batchLimit: 100)
        for bytes in [8, 8, 8, 128, 8] { _ = try submit(&queue, bytes) }
        for (batch, last) in [("write [1, 2]", 2), ("write [3]", 3), ("write [4]", 4), ("write [5]", 5)]
            as [(String, UInt64)]
        {
            #expect(step(&queue) == batch)
            queue.wrote(upTo: last)
        }
    }

    @Test func `closing writes, syncs, then stops, and takes nothing more`() throws {
        var queue = Self.queue()
        _ = try submit(&queue)
        queue.close()
        #expect(throws: JournalError.closed) { try submit(&queue) }
        #expect(step(&queue) == "write [1]")
        queue.wrote(upTo: 1)
        #expect(step(&queue) == "sync")
        queue.synced(upTo: 1)
        #expect(step(&queue) == "stop")
    }

    @Test func `a poisoned queue does nothing more, and stops when closed`() throws {
        var queue = Self.queue()
        _ = try submit(&queue)
        queue.poison("broken disk")
        #expect(throws: JournalError.poisoned(reason: "broken disk")) { try submit(&queue) }
        #expect(step(&queue) == "sleep")
        queue.close()
        #expect(step(&queue) == "stop")
        queue.poison("another")
        #expect(queue.failure == .poisoned(reason: "broken disk"))
    }

    @Test func `an absurd reserve is refused without a trap, a too large record by its size`() {
        var queue = Self.queue()
        #expect(throws: JournalError.full(reason: "room on the disk is still being set aside")) {
            try queue.submit(1, [], .intake(reserving: .max))
        }
        #expect(throws: JournalError.tooLarge(bytes: 129, limit: 128)) { try submit(&queue, 129) }
    }

    @Test func `a record can be read before it is written`() throws {
        var queue = Self.queue()
        let first = try queue.submit(3, [1], .intake(reserving: 0))
        _ = queue.nextStep(at: now)
        let second = try queue.submit(4, [2], .intake(reserving: 0))
        #expect(queue.unwritten(at: first.address)?.payload == [1])
        #expect(queue.unwritten(at: second.address)?.kind == 4)
        #expect(queue.unwritten(at: RecordAddress(segment: 1, offset: 72)) == nil)
        queue.wrote(upTo: 1)
        #expect(queue.unwritten(at: first.address) == nil)
    }
}
