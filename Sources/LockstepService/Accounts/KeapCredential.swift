import ConfigurationReading
import Keap
import RateLimits
import DurableQueue
import OutboundAPI
import Synchronization

/// What Keap counts calls by. It has one budget.
///
/// Keap counts minute and day of personal access tokens and service keys per account, over all of its keys, and the second
/// per key: so one account's keys are one credential here, which also keeps to one key's second. An OAuth client is one
/// credential for the accounts of many gyms.
final class KeapCredential: Sendable {
    enum Kind: String { case key, client }

    /// Of an account's keys: the first gym that uses one, so that no key need be shown. Of a client: `client/` and its id.
    let name: String
    let kind: Kind
    let budget: BudgetGate
    private let ceiling: CallLimits
    /// Its use is kept elsewhere from now on.
    private let forget: @Sendable () async -> Void
    private let uses: Mutex<[GymUse]>
    /// Probes of its accounts in an outage, one at a time.
    let probes = SharedHalfOpenGate()

    /// A gym that calls with it.
    struct GymUse: Sendable {
        var id: GymID
        var share: BudgetShare
    }

    init(
        name: String, kind: Kind, budget: BudgetGate, ceiling: CallLimits = CallLimits(),
        gyms: [GymUse], forget: @escaping @Sendable () async -> Void = {}
    ) {
        self.name = name
        self.kind = kind
        self.budget = budget
        self.ceiling = ceiling
        self.forget = forget
        uses = Mutex(gyms)
    }

    /// None once another credential has taken its place.
    var gyms: [GymUse] { uses.withLock { $0 } }

    /// Takes the place of another, whose account turned out to be this one's.
    func absorb(_ other: KeapCredential, as tenant: String) async {
        let moved = other.uses.withLock { uses in
            defer { uses = [] }
            return uses
        }
        uses.withLock { uses in
            uses += moved.map { use in
                GymUse(id: use.id, share: BudgetShare(use.share.name, of: tenant, weight: use.share.weight))
            }
        }
        await other.budget.merge(into: budget, as: tenant, ceiling: other.ceiling)
        // Both would be added at the next start; where this fails, they are, which is too much rather than too little.
        if (try? await budget.settle()) != nil { await other.forget() }
    }

    func rename(tenant: String, to name: String) {
        uses.withLock { uses in
            for place in uses.indices where uses[place].share.tenant == tenant {
                let share = uses[place].share
                uses[place].share = BudgetShare(share.name, of: name, weight: share.weight)
            }
        }
    }

    /// With the windows of all its tenants, also of those that were not called for yet.
    func status() async -> BudgetStatus { await budget.status(tenants: Set(gyms.map(\.share.tenant))) }

    /// How a gym of this account is called: the first that there is. Nil if no gym is this tenant's.
    func firstGym(of tenant: String) -> GymID? { gyms.first { $0.share.tenant == tenant }?.id }

    /// One for each account whose gyms call with keys, and one for each client that a gym names.
    static func all(
        of configuration: Configuration, _ accounts: AccountMap, notesIn queue: JobQueue,
        in surroundings: ServiceEnvironment
    ) async -> [KeapCredential] {
        var credentials: [KeapCredential] = []
        var seen: Set<String> = []
        let notes = BudgetNotes(queue: queue, renamedTenants: accounts.renamedTenants)
        for gym in configuration.gyms {
            let plan = Plan(of: gym, in: configuration, accounts)
            guard seen.insert(plan.note).inserted else { continue }
            let earlier = plan.kind == .key ? accounts.earlierNames(of: plan.note) : []
            let saved = await notes.load([plan.note] + earlier)
            let budget = plan.gate(surroundings, saved: saved.first) { bytes in
                try await notes.save(bytes, as: plan.note)
            }
            for more in saved.dropFirst() { await budget.absorb(more) }
            if !earlier.isEmpty, !saved.isEmpty, (try? await budget.settle()) != nil { await notes.forget(earlier) }
            credentials.append(
                KeapCredential(
                    name: plan.name, kind: plan.kind, budget: budget, ceiling: plan.ceiling, gyms: plan.gyms,
                    forget: { await notes.forget([plan.note]) }))
        }
        return credentials
    }

    /// For a few calls without a journal: keeps the limits, but its use is not remembered.
    ///
    /// - Returns: by gym; gyms that Keap counts together have the same one.
    static func untracked(
        _ configuration: Configuration, ceiling: CallLimits, _ surroundings: ServiceEnvironment
    ) -> [GymID: BudgetGate] {
        let accounts = AccountMap(configuration)
        var (gates, found): ([String: BudgetGate], [GymID: BudgetGate]) = ([:], [:])
        for gym in configuration.gyms {
            var plan = Plan(of: gym, in: configuration, accounts)
            plan.ceiling = [plan.ceiling, ceiling].strictest
            let gate = gates[plan.note] ?? plan.gate(surroundings, saved: nil, save: { _ in })
            (gates[plan.note], found[gym.id]) = (gate, gate)
        }
        return found
    }

    /// The credential that a gym calls with.
    private struct Plan {
        var name: String
        /// What its use is kept under.
        var note: String
        var kind: Kind
        var limits: CallLimits
        var ceiling: CallLimits
        var pacing: DayPacing
        var gyms: [GymUse]

        init(of gym: GymConfiguration, in configuration: Configuration, _ accounts: AccountMap) {
            let id = gym.keap.client
            let identity = accounts.identity(of: gym)
            let sharing = configuration.gyms.filter {
                $0.keap.client == id && (id != nil || accounts.identity(of: $0) == identity)
            }
            gyms = sharing.map { .init(id: $0.id, share: accounts.share(of: $0)) }
            if let client = configuration.keapClients.first(where: { $0.id == id }) {
                (name, note, kind, limits) = (
                    "client/\(client.id)", "client/\(client.id)", .client, .keapClient
                )
                (ceiling, pacing) = (client.ceiling, client.pacing)
            } else {
                name = sharing.first?.id.description ?? gym.id.description
                (note, kind, limits) = (identity, .key, .keapKey)
                (ceiling, pacing) = (sharing.map(\.keap.ceiling).strictest, sharing.map(\.keap.pacing).strictest)
            }
        }

        func gate(
            _ surroundings: ServiceEnvironment, saved: [UInt8]?,
            save: @escaping @Sendable ([UInt8]) async throws -> Void
        ) -> BudgetGate {
            BudgetGate(
                limits: limits, ceiling: ceiling, pacing: pacing, clock: surroundings.clock, saved: saved,
                save: save)
        }
    }
}

extension CallLimits {
    /// A personal access token or service account key, and the tenant behind it, until Keap's headers say otherwise.
    static let keapKey = CallLimits(
        perSecond: 10, perMinute: 240, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)
    /// An OAuth client, whose limits are for all accounts together; each account has its tenant's besides.
    static let keapClient = CallLimits(
        perSecond: 25, perMinute: 1_500, perDay: 150_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)
}

extension [CallLimits] {
    /// The smallest of each limit.
    fileprivate var strictest: CallLimits {
        reduce(CallLimits()) { least, next in
            CallLimits(
                perSecond: Self.least(least.perSecond, next.perSecond),
                perMinute: Self.least(least.perMinute, next.perMinute),
                perDay: Self.least(least.perDay, next.perDay))
        }
    }

    private static func least(_ a: Int?, _ b: Int?) -> Int? { [a, b].compactMap { $0 }.min() }
}

extension [DayPacing] {
    fileprivate var strictest: DayPacing {
        DayPacing(reserve: map(\.reserve).max() ?? 0, burst: map(\.burst).min() ?? 100)
    }
}
