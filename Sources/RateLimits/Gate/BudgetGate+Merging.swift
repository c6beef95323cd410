import AsyncPrimitives
import Clocks
import Synchronization

/// A gate's calls are counted by this other one now: a caller that waited takes its permit there.
public struct BudgetMoved: Error {
    public let gate: BudgetGate
}

/// Two gates whose calls turn out to be counted together.
extension BudgetGate {
    /// One pair of gates at a time: two that merge both ways would each count the other's calls.
    private static let merging = Mutex(())

    /// From then on the other gate counts what this one counted: the calls that were made, and those under way, whose
    /// permits stay good here. Those that wait are told to go there.
    ///
    /// - Parameters:
    ///   - tenant: for which all of it counts.
    ///   - ceiling: what is never exceeded from now on, beside the other gate's own.
    public nonisolated func merge(
        into other: BudgetGate, as tenant: String, ceiling: CallLimits = CallLimits()
    ) async {
        let pair = Self.merging.withLock { _ -> (mine: BudgetGate, theirs: BudgetGate)? in
            let (mine, theirs) = (last, other.last)
            guard mine !== theirs else { return nil }
            mine.heir.withLock { $0 = theirs }
            return (mine, theirs)
        }
        if let pair { await pair.mine.move(to: pair.theirs, as: tenant, ceiling) }
    }

    /// The gate that counts this one's calls, or is to.
    private nonisolated var last: BudgetGate {
        var last = self
        while let next = last.heir.withLock({ $0 }) { last = next }
        return last
    }

    private func move(to other: BudgetGate, as tenant: String, _ ceiling: CallLimits) async {
        isMoving = true
        var (use, underWay) = queue.handOver(at: now)
        use.renameTenants(Dictionary(use.tenants.keys.map { ($0, tenant) }) { $1 })
        // No circle of heirs: those that are waited for do not wait for this one.
        let (gate, permits) = await other.takeOver(use, underWay.count, as: tenant, ceiling)
        moved = (gate, Dictionary(zip(underWay, permits)) { $1 })
        isMoving = false
        let woken = queue.line.all + waitingForMove
        waitingForMove = []
        for waiter in woken { waiter.signal() }
    }

    /// - Returns: permits of the calls that are under way, and the gate that they count in.
    private func takeOver(
        _ use: BudgetUse, _ count: Int, as tenant: String, _ ceiling: CallLimits
    ) async -> (BudgetGate, [Permit]) {
        await untilMoved()
        if let moved { return await moved.gate.takeOver(use, count, as: tenant, ceiling) }
        let now = self.now
        queue.absorb(use, ceiling: ceiling, at: now)
        let permits = (0..<count).map { _ in queue.takeOver(oneOf: tenant, at: now) }
        wakeNext()
        return (self, permits)
    }

    private func untilMoved() async {
        while isMoving {
            let signal = AsyncSignal()
            waitingForMove.append(signal)
            await signal.waitThroughCancellation()
        }
    }

    typealias PermitUse = @Sendable (inout PermitQueue<AsyncSignal>, Permit, ClockReading) -> Void

    /// Does something with a permit in the gate that counts its call.
    ///
    /// - Parameter isEnd: it is the last, since each call is ended once, by its holder.
    func use(_ permit: Permit, isEnd: Bool, _ body: @escaping PermitUse) async {
        await untilMoved()
        guard let gate = moved?.gate else {
            body(&queue, permit, now)
            return wakeNext()
        }
        guard let its = moved?.permits[permit] else { return }
        if isEnd { moved?.permits[permit] = nil }
        await gate.use(its, isEnd: isEnd, body)
    }
}
