import Synchronization

/// Lets one run at a time look for, or create, the contact of an e-mail address.
///
/// Two people of one address must not both search, find nothing, and create. Live runs go before imports, and an import
/// that holds an address for which a live run waits is told so: it must not wait for an import's budget any longer.
package final class AddressLocks: Sendable {
    /// A run, as an operator knows it.
    package struct Owner: Equatable, Sendable {
        package var job: UInt64
        package var person: String
        package var isImport: Bool

        package init(job: UInt64, person: String, isImport: Bool) {
            (self.job, self.person, self.isImport) = (job, person, isImport)
        }
    }

    final class Hold: Sendable {
        let address: String
        let owner: Owner
        /// Fires on an import's hold when a live run comes to wait for it.
        let isWantedLive = Signal()

        fileprivate init(_ address: String, _ owner: Owner) { (self.address, self.owner) = (address, owner) }
    }

    private struct Waiter {
        let ticket: UInt64
        let owner: Owner
        let continuation: CheckedContinuation<Hold?, Never>
    }

    private struct Line {
        var hold: Hold
        var live: [Waiter] = []
        var imports: [Waiter] = []

        mutating func popFirst() -> Waiter? {
            if !live.isEmpty { return live.removeFirst() }
            return imports.isEmpty ? nil : imports.removeFirst()
        }

        mutating func remove(_ ticket: UInt64) -> Waiter? {
            if let place = live.firstIndex(where: { $0.ticket == ticket }) { return live.remove(at: place) }
            return imports.firstIndex { $0.ticket == ticket }.map { imports.remove(at: $0) }
        }
    }

    private struct State {
        /// Addresses that are held.
        var lines: [String: Line] = [:]
        var nextTicket: UInt64 = 0
        /// Tickets that were cancelled before they could be queued.
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Returns once the caller holds the address; nil, holding nothing, if its task was cancelled.
    func acquire(_ address: String, for owner: Owner) async -> Hold? {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let hold = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Hold?, Never>) in
                // Outer nil: it was queued.
                let answer: Hold?? = state.withLock { state in
                    if state.cancelled.remove(ticket) != nil { return .some(nil) }
                    guard let line = state.lines[address] else {
                        let hold = Hold(address, owner)
                        state.lines[address] = Line(hold: hold)
                        return .some(hold)
                    }
                    let waiter = Waiter(ticket: ticket, owner: owner, continuation: continuation)
                    if owner.isImport {
                        state.lines[address]?.imports.append(waiter)
                    } else {
                        state.lines[address]?.live.append(waiter)
                        if line.hold.owner.isImport { line.hold.isWantedLive.fire() }
                    }
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                if let waiter = state.lines[address]?.remove(ticket) { return waiter }
                // Either it is not queued yet, or it holds the address already and `acquire` forgets the ticket.
                state.cancelled.insert(ticket)
                return nil
            }
            waiter?.continuation.resume(returning: nil)
        }
        state.withLock { _ = $0.cancelled.remove(ticket) }
        return hold
    }

    /// Hands the address to the live run that waited longest, or else to the import that did.
    func release(_ hold: Hold) {
        let next: (waiter: Waiter, hold: Hold)? = state.withLock { state in
            guard state.lines[hold.address]?.hold === hold else { return nil }
            guard let waiter = state.lines[hold.address]?.popFirst() else {
                state.lines[hold.address] = nil
                return nil
            }
            let next = Hold(hold.address, waiter.owner)
            state.lines[hold.address]?.hold = next
            return (waiter, next)
        }
        if let next { next.waiter.continuation.resume(returning: next.hold) }
    }

    /// The holder of the address that a job waits for; nil if it waits for none. Searches all waiters.
    package func holder(waitedForBy job: UInt64) -> Owner? {
        state.withLock { state in
            state.lines.values.first { line in (line.live + line.imports).contains { $0.owner.job == job } }?.hold.owner
        }
    }

    /// How many wait for the address.
    func waiting(for address: String) -> Int {
        state.withLock { state in state.lines[address].map { $0.live.count + $0.imports.count } ?? 0 }
    }
}
