import Keap
import OutboundAPI
import RateLimits
import Synchronization

/// The budget that one key's calls spend. It may turn out to be another one's, when Keap tells which account the key opens.
final class AccountBudget: CallBudget {
    struct Permit: Sendable {
        fileprivate var permit: RateLimits.Permit
        fileprivate var gate: BudgetGate
    }

    private let state: Mutex<(gate: BudgetGate, tenant: String)>
    private let holds: GymHolds

    init(_ gate: BudgetGate, tenant: String, holds: GymHolds) {
        state = Mutex((gate, tenant))
        self.holds = holds
    }

    /// The tenant in whose limits, beside the credential's, its calls count.
    var tenant: String { state.withLock { $0.tenant } }

    /// From the next call on. Permits that were given before end where they came from.
    func point(to gate: BudgetGate, tenant: String) { state.withLock { $0 = (gate, tenant) } }

    func take(_ urgency: Urgency, for share: BudgetShare, rank: UInt64?) async throws -> Permit {
        while true {
            if let reason = holds[share.name] { throw GymHeld(description: reason) }
            let (gate, tenant) = state.withLock { $0 }
            let share = BudgetShare(share.name, of: tenant, weight: share.weight)
            do {
                return Permit(permit: try await gate.take(urgency, for: share, rank: rank), gate: gate)
            } catch let moved as BudgetMoved {
                // It was one that others pointed to as well.
                state.withLock { if $0.gate === gate { $0.gate = moved.gate } }
            }
        }
    }

    func callsSoon(after permit: Permit) -> Int { permit.permit.callsSoon }

    func finished(_ permit: Permit, learned: ReportedLimits?) async {
        await permit.gate.finished(permit.permit, learned: learned)
    }

    func close(until time: Int64) async { await state.withLock { $0.gate }.close(until: time) }

    func close(tenantOf permit: Permit, until time: Int64) async {
        await permit.gate.close(tenantOf: permit.permit, until: time)
    }

    func release(_ permit: Permit) async { await permit.gate.release(permit.permit) }
}
