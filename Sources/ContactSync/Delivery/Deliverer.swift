package import Connectors
import Keap

/// Delivers one gym's changes to Keap.
package struct Deliverer: Sendable {
    private let keeper: TagService
    private let imports: ImportCalls?
    private let addresses: @Sendable () -> AddressLocks

    /// One per gym, with the calls and settings of its keeper.
    ///
    /// - Parameter addresses: shared by the gyms of one Keap account.
    package init(
        keeper: TagService, imports: ImportCalls? = nil, addresses: @escaping @Sendable () -> AddressLocks
    ) {
        self.keeper = keeper
        self.imports = imports
        self.addresses = addresses
    }

    package init(keeper: TagService, imports: ImportCalls? = nil, addresses: AddressLocks = AddressLocks()) {
        self.init(keeper: keeper, imports: imports) { addresses }
    }

    /// - Parameters:
    ///   - job: its number in the order of acceptance.
    ///   - isImport: it came with many others, and makes way for what did not.
    ///   - state: the lane's mirror; empty for a new lane.
    ///   - mirror: the same, if it was decoded before.
    ///   - hold: asked once for each contact, and to save around the creation of something only.
    package func deliver(
        _ change: Change, job: UInt64, isImport: Bool = false, state: [UInt8], mirror: Mirror? = nil,
        hold: DeliveryContext
    ) async -> Delivery {
        switch change {
        case .program(let change):
            guard hold.begin() else { return .interrupted(state: state) }
            do throws(DeliveryFailure) {
                return .done(state: state, notes: try await keeper.apply(change, job: job))
            } catch {
                return error.delivery(state: state, doing: change.doing)
            }
        case .person(let person):
            if let programs = person.programs {
                do throws(DeliveryFailure) {
                    try await keeper.noteIDs(of: programs, job: job)
                } catch {
                    return error.delivery(state: state, doing: "note the programs")
                }
            }
            return await deliver(person, job, isImport, state, mirror, hold)
        case .contact(let change):
            return await deliver(change, job, isImport, state, mirror, hold)
        }
    }

    private func deliver(
        _ change: any ContactChange, _ job: UInt64, _ isImport: Bool, _ state: [UInt8], _ mirror: Mirror?,
        _ hold: DeliveryContext
    ) async -> Delivery {
        do throws(Mirror.Unreadable) {
            let mirror = if let mirror { mirror } else { try Mirror(bytes: state) }
            let planner = Planner(
                change.wanted(after: mirror), job: job, mirror: mirror, settings: keeper.settings)
            var run = DeliveryRun(
                planner, keeper: keeper, imports: imports, addresses: addresses(), hold: hold,
                owner: AddressLocks.Owner(job: job, person: change.subject, isImport: isImport),
                parts: (change as? PersonSnapshot)?.parts)
            return await run.deliver()
        } catch {
            return .dead(reason: error.description, state: state)
        }
    }

    /// A sentence about what a running job waits for beside Keap; nil if only for Keap.
    package func wait(of job: UInt64) -> String? {
        if let owner = addresses().holder(waitedForBy: job) {
            let kind = owner.isImport ? ", of an import" : ""
            return
                "It waits for job \(owner.job)\(kind) (\(owner.person)), which has the same e-mail address and looks "
                + "for its contact first."
        }
        if let adds = keeper.adds.addsAhead(of: job) {
            return "It waits for \(adds) \(adds == 1 ? "call that is" : "calls that are") applying the program's tags; "
                + "none of them waits for its budget."
        }
        return nil
    }
}

extension ProgramChange {
    var doing: String {
        switch self {
        case .renamed(_, let old, let new): "rename the tags of program \"\(old ?? new)\""
        case .deleted(let id, let name): "take away the tags of program \"\(name ?? id ?? "")\""
        }
    }
}
