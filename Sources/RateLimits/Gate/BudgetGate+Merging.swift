import AsyncPrimitives
import Clocks
import Synchronization

/// A gate's calls are counted by this other one now: a caller that waited takes its permit there.
public struct BudgetMoved: Error {
    public let gate: BudgetGate
}

/// Two gates whose calls turn out to be counted together.
extension BudgetGate {
    /// One pair of gates at a time: two that merge both ways would wait for each other.
    private static let merging = Mutex(())

    /// From now on the other gate counts what this one counted: the calls that were made, and those under way, whose
    /// permits stay good here. Those that wait are told to go there.
    ///
    /// - Parameters:
    ///   - tenant: for which all of it counts.
    ///   - ceiling: what is never exceeded from now on, beside the other gate's own.
    public func merge(into other: BudgetGate, as tenant: String, ceiling: CallLimits = CallLimits()) {
        let waiting = Self.merging.withLock { _ in
            let target = other.last
            guard last !== target else { return [AsyncSignal]() }
            return last.state.withLock { mine in
                let now = clock.reading
                var (use, underWay) = mine.queue.handOver(at: now)
                use.renameTenants(Dictionary(use.tenants.keys.map { ($0, tenant) }) { $1 })
                let permits = target.state.withLock { theirs in
                    theirs.queue.absorb(use, ceiling: ceiling, at: now)
                    return underWay.map { _ in theirs.queue.takeOver(oneOf: tenant, at: now) }
                }
                mine.successor = (target, Dictionary(zip(underWay, permits)) { $1 })
                return mine.queue.line.all
            }
        }
        for waiter in waiting { waiter.signal() }
        other.last.wakeNext()
    }

    /// The gate that counts this one's calls.
    private var last: BudgetGate {
        var last = self
        while let next = last.state.withLock({ $0.successor?.gate }) { last = next }
        return last
    }

    /// Ends the call of a permit, in the gate that counts it.
    func end(_ permit: Permit, in body: (inout PermitQueue<AsyncSignal>, Permit, ClockReading) -> Void) {
        let successor = state.withLock { state -> (gate: BudgetGate, permit: Permit)? in
            guard let gate = state.successor?.gate else {
                body(&state.queue, permit, clock.reading)
                return nil
            }
            // Each is ended once, by its holder.
            guard let its = state.successor?.permits.removeValue(forKey: permit) else { return nil }
            return (gate, its)
        }
        guard let successor else { return wakeNext() }
        successor.gate.end(successor.permit, in: body)
    }

    /// The same for what is done with a permit before its call ends.
    func with(_ permit: Permit, _ body: (inout PermitQueue<AsyncSignal>, Permit, ClockReading) -> Void) {
        let successor = state.withLock { state -> (gate: BudgetGate, permit: Permit)? in
            guard let successor = state.successor else {
                body(&state.queue, permit, clock.reading)
                return nil
            }
            return successor.permits[permit].map { (successor.gate, $0) }
        }
        guard let successor else { return wakeNext() }
        successor.gate.with(successor.permit, body)
    }
}
