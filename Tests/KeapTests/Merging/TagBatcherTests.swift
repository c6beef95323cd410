import SeededRandom
import RateLimits
import Testing

@testable import Keap

@Suite struct TagBatcherTests {
    typealias Board = TagBatcher<Int, Urgency>

    @Test func `who came first leads, and its call takes along all that fits`() {
        var board = Board()
        join(&board, 1, .remove, 7, [5])
        join(&board, 2, .remove, 8, [5])
        join(&board, 3, .apply, 9, [5])
        join(&board, 4, .remove, 10, [6])
        #expect(board.appointLeader(of: .live) == 1)
        #expect(board.appointLeader(of: .live) == nil)
        let load = board.formBatch(for: 1)
        #expect(load.call == .tag(tag(5), [contact(7), contact(8)]))
        #expect(load.direction == .remove)
        #expect(board.appointLeader(of: .live) == 3)
        #expect(board.complete(load, load.all(.answered(.applied))).map(\.ticket) == [1, 2])
        #expect(board.holds(3))
        #expect(!board.holds(1))
    }

    @Test func `who joins while the permit is on its way still goes along`() {
        var board = Board()
        join(&board, 1, .apply, 7, [5])
        #expect(board.appointLeader(of: .live) == 1)
        join(&board, 2, .apply, 8, [5])
        #expect(board.formBatch(for: 1).call == .tag(tag(5), [contact(7), contact(8)]))
    }

    @Test func `live edits fill a call before bulk ones, and the leader is always in it`() {
        var board = Board()
        for number in 1...100 { join(&board, 100 + number, .apply, 100 + number, [5], .bulk) }
        for number in 1...60 { join(&board, number, .apply, number, [5]) }
        #expect(board.appointLeader(of: .bulk) == 101)
        #expect(board.appointLeader(of: .live) == 1)
        guard case .tag(_, let contacts) = board.formBatch(for: 1).call else {
            Issue.record("no call of the tag"); return
        }
        // 101 leads the bulk line and keeps its edge, so that its permit finds something to do.
        #expect(contacts == (Array(1...60) + Array(102...141)).map(contact))
        guard case .tag(_, let rest) = board.formBatch(for: 101).call else {
            Issue.record("no call of the tag"); return
        }
        #expect(rest == ([101] + Array(142...200)).map(contact))
    }

    @Test func `the tags of one contact may go in several calls, and end together`() {
        var board = Board()
        join(&board, 1, .apply, 7, [5, 6])
        for other in 2...3 { join(&board, other, .apply, 6 + other, [5]) }
        for other in 4...5 { join(&board, other, .apply, 6 + other, [6]) }
        #expect(board.appointLeader(of: .live) == 1)
        let first = board.formBatch(for: 1)
        #expect(first.call == .tag(tag(5), [7, 8, 9].map(contact)))
        // Its other tag may go with another's call of that tag, though it does not lead while one is under way.
        #expect(board.appointLeader(of: .live) == 4)
        let second = board.formBatch(for: 4)
        #expect(
            second.call == .tag(tag(6), [10, 7, 11].map(contact))
                || second.call == .tag(tag(6), [10, 11, 7].map(contact)))
        #expect(board.complete(first, first.all(.answered(.applied))).map(\.ticket) == [2, 3])
        let last = board.complete(second, second.all(.answered(.duplicate)))
        #expect(last.map(\.ticket) == [1, 4, 5])
        #expect(last.first?.result == .success([tag(5): .applied, tag(6): .duplicate]))
        #expect(board.isEmpty)
    }

    @Test func `beside a call of the contact no other names it, though tags are left`() {
        var board = Board()
        join(&board, 1, .apply, 7, Array(1...101))
        for other in 2...3 { join(&board, other, .apply, 6 + other, [101]) }
        _ = board.appointLeader(of: .live)
        let first = board.formBatch(for: 1)
        #expect(first.call == .contact(contact(7), (1...100).map(tag)))
        #expect(board.appointLeader(of: .live) == 2)
        #expect(board.formBatch(for: 2).call == .tag(tag(101), [8, 9].map(contact)))
        #expect(board.appointLeader(of: .live) == nil)
        #expect(board.complete(first, first.all(.answered(.applied))).isEmpty)
        #expect(board.appointLeader(of: .live) == 1)
        #expect(board.formBatch(for: 1).call == .contact(contact(7), [tag(101)]))
    }

    @Test func `what was not done waits again, where it waited before`() {
        var board = Board()
        for ticket in 1...3 { join(&board, ticket, .apply, ticket, [5]) }
        #expect(board.appointLeader(of: .live) == 1)
        let load = board.formBatch(for: 1)
        #expect(board.appointLeader(of: .live) == nil)
        #expect(board.complete(load, load.all(.again)).isEmpty)
        join(&board, 4, .apply, 4, [5])
        #expect(board.appointLeader(of: .live) == 1)
        #expect(board.formBatch(for: 1).call == .tag(tag(5), (1...4).map(contact)))
    }

    @Test func `an edit that a call of many said nothing clear of goes in a call of its own`() {
        var board = Board()
        for ticket in 1...2 { join(&board, ticket, .apply, ticket, [5]) }
        #expect(board.appointLeader(of: .live) == 1)
        let load = board.formBatch(for: 1)
        #expect(
            board.complete(load, [edge(1, 5): .alone, edge(2, 5): .alone]).isEmpty)
        #expect(board.appointLeader(of: .live) == 1)
        #expect(board.formBatch(for: 1).call == .contact(contact(1), [tag(5)]))
    }

    @Test func `an edit of which only a part was done says so, and why the rest was not`() {
        var board = Board()
        join(&board, 1, .remove, 7, [5, 6])
        for other in 2...3 { join(&board, other, .remove, 6 + other, [5]) }
        for other in 4...5 { join(&board, other, .remove, 6 + other, [6]) }
        _ = board.appointLeader(of: .live)
        let first = board.formBatch(for: 1)
        _ = board.complete(first, first.all(.answered(.applied)))
        #expect(board.appointLeader(of: .live) == 1)
        let second = board.formBatch(for: 1)
        #expect(second.call == .tag(tag(6), [7, 10, 11].map(contact)))
        let ended = board.complete(second, second.all(.failed(.unavailable(reason: "503"))))
        #expect(
            ended.map(\.result) == [
                .failure(.partly(.unavailable(reason: "503"))),
                .failure(.unavailable(reason: "503")), .failure(.unavailable(reason: "503")),
            ])
    }

    @Test func `who withdraws takes its own edges out, and no more`() {
        var board = Board()
        for ticket in 1...3 { join(&board, ticket, .apply, ticket, [5]) }
        #expect(board.appointLeader(of: .live) == 1)
        #expect(board.withdraw(1, .cancelled) == .failure(.cancelled))
        #expect(board.appointLeader(of: .live) == 2)
        let load = board.formBatch(for: 2)
        #expect(load.call == .tag(tag(5), [2, 3].map(contact)))
        // Under way: its landing ends it.
        #expect(board.withdraw(3, .cancelled) == nil)
        #expect(board.complete(load, load.all(.answered(.applied))).map(\.ticket) == [2, 3])
        #expect(board.isEmpty)
    }

    @Test func `who withdrew from under way waits no more if it comes back undone`() {
        var board = Board()
        for ticket in 1...2 { join(&board, ticket, .apply, ticket, [5]) }
        _ = board.appointLeader(of: .live)
        let load = board.formBatch(for: 1)
        #expect(board.withdraw(2, .cancelled) == nil)
        let ended = board.complete(load, load.all(.again))
        #expect(ended.map(\.ticket) == [2])
        #expect(ended.map(\.result) == [.failure(.cancelled)])
        #expect(board.holds(1))
    }

    /// Edits come, permits come, calls land, all at random.
    @Test(arguments: 0..<150)
    func `random windows: nothing twice, nothing lost, no meeting, and a bounded wait`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var board = Board()
        var edits: [Int: (edit: TagEdit, line: Urgency)] = [:]
        var flights: [TagBatch<Int>] = []
        var done: [TagEdge: Int] = [:]
        var patience: [Int: Int] = [:]  // permits of its line that each edit may still see pass
        var busy: Set<ContactID> = []

        func isUnderWay(_ ticket: Int) -> Bool { flights.contains { $0.tickets.values.contains(ticket) } }

        for step in 0..<400 {
            switch Int.random(in: 0..<(step < 300 ? 4 : 3), using: &random) {
            case 3:
                let one = contact(Int.random(in: 0..<40, using: &random))
                guard busy.insert(one).inserted else { continue }
                let tags = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    tag(Int.random(in: 0..<6, using: &random))
                }
                let edit = TagEdit(Bool.random(using: &random) ? .apply : .remove, one, tags)
                let line: Urgency = Int.random(in: 0..<3, using: &random) == 0 ? .bulk : .live
                let before = edits.filter { board.holds($0.key) && $0.value.line == line }
                patience[step] = before.reduce(edit.tags.count) { $0 + $1.value.edit.tags.count }
                edits[step] = (edit, line)
                board.join(step, edit, in: line)
            case 2:
                let line: Urgency = Bool.random(using: &random) ? .live : .bulk
                guard let leader = board.appointLeader(of: line) else { continue }
                let load = board.formBatch(for: leader)
                #expect(load.tickets.values.contains(leader), "seed \(seed): the leader is not in its call")
                for other in flights {
                    for shared in load.tickets.keys where other.tickets[shared] != nil {
                        guard case .tag(let one, _) = load.call, case .tag(let two, _) = other.call,
                            one != two, load.direction == other.direction
                        else {
                            Issue.record("seed \(seed): two calls name contact \(shared)")
                            continue
                        }
                    }
                }
                for (ticket, entry) in edits
                where board.holds(ticket) && entry.line == line && !isUnderWay(ticket)
                    && !load.tickets.values.contains(ticket)
                {
                    patience[ticket]! -= 1
                    #expect(patience[ticket]! > 0, "seed \(seed): edit \(ticket) is passed over again and again")
                }
                flights.append(load)
            default:
                guard !flights.isEmpty else { continue }
                let load = flights.remove(at: Int.random(in: 0..<flights.count, using: &random))
                for edge in load.edges { done[edge, default: 0] += 1 }
                for (ticket, result) in board.complete(load, load.all(.answered(.applied))) {
                    let edit = edits[ticket]!.edit
                    #expect(result == .success(Dictionary(uniqueKeysWithValues: edit.tags.map { ($0, .applied) })))
                    for tag in edit.tags {
                        #expect(done.removeValue(forKey: TagEdge(contact: edit.contact, tag: tag)) == 1, "seed \(seed)")
                    }
                    busy.remove(edit.contact)
                }
            }
        }
        // All that is left gets through.
        while !board.isEmpty {
            if flights.isEmpty {
                guard let leader = board.appointLeader(of: .live) ?? board.appointLeader(of: .bulk) else {
                    Issue.record("seed \(seed): edits are stuck")
                    return
                }
                flights.append(board.formBatch(for: leader))
            }
            let load = flights.removeLast()
            _ = board.complete(load, load.all(.answered(.applied)))
        }
    }

    private func join(
        _ board: inout Board, _ ticket: Int, _ direction: TagDirection, _ contact: Int, _ tags: [Int],
        _ line: Urgency = .live
    ) {
        board.join(ticket, TagEdit(direction, self.contact(contact), tags.map(tag)), in: line)
    }

    private func contact(_ number: Int) -> ContactID { ContactID("\(number)") }
    private func tag(_ number: Int) -> TagID { TagID("\(number)") }
    private func edge(_ contact: Int, _ tag: Int) -> TagEdge {
        TagEdge(contact: self.contact(contact), tag: self.tag(tag))
    }
}
