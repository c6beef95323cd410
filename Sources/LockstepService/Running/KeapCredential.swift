import Keap
import LockstepLimits
import LockstepPool

/// What Keap counts calls by: a key, or an OAuth client that stands behind the accounts of many gyms. It has one budget.
final class KeapCredential: Sendable {
    enum Kind: String { case key, client }

    /// Of a key: the first gym that uses it, so that the key itself need not be shown. Of a client: `client/` and its id.
    let name: String
    let kind: Kind
    let budget: BudgetGate<ServiceClock>
    let gyms: [GymUse]
    /// Of its accounts, in an outage.
    let probes = SharedProbes<ServiceClock.Instant>()

    /// A gym that calls with it.
    struct GymUse: Sendable {
        var id: GymID
        var party: Party
    }

    init(name: String, kind: Kind, budget: BudgetGate<ServiceClock>, gyms: [GymUse]) {
        self.name = name
        self.kind = kind
        self.budget = budget
        self.gyms = gyms
    }

    /// With the windows of all its tenants, also of those that were not called for yet.
    func status() async -> BudgetStatus { await budget.status(tenants: Set(gyms.map(\.party.tenant))) }

    /// One for each distinct key, and one for each client that a gym names.
    static func all(
        of configuration: Configuration, notesIn queue: JobQueue, in surroundings: Surroundings
    ) async -> [KeapCredential] {
        var credentials: [KeapCredential] = []
        var seen: Set<String> = []
        for gym in configuration.gyms {
            let plan = Plan(of: gym, in: configuration)
            guard seen.insert(plan.name).inserted else { continue }
            let note = "budget/" + plan.name
            let budget = plan.gate(surroundings, saved: await queue.note(note)) { bytes in
                try await queue.setNote(note, bytes, durable: true)
            }
            credentials.append(KeapCredential(name: plan.name, kind: plan.kind, budget: budget, gyms: plan.gyms))
        }
        return credentials
    }

    /// For a few calls without a journal: keeps the limits, but its use is not remembered.
    static func untracked(
        _ gym: GymConfiguration, in configuration: Configuration, _ surroundings: Surroundings
    ) -> BudgetGate<ServiceClock> {
        Plan(of: gym, in: configuration).gate(surroundings, saved: nil, save: { _ in })
    }

    /// The credential that a gym calls with.
    private struct Plan {
        var name: String
        var kind: Kind
        var limits: CallLimits
        var ceiling: CallLimits
        var pacing: DayPacing
        var gyms: [GymUse]

        init(of gym: GymConfiguration, in configuration: Configuration) {
            let id = gym.keap.client
            let sharing = configuration.gyms.filter {
                id == nil ? $0.keap.site == gym.keap.site : $0.keap.client == id
            }
            gyms = sharing.map { .init(id: $0.id, party: $0.party(in: configuration)) }
            if let client = configuration.keapClients.first(where: { $0.id == id }) {
                (name, kind, limits) = ("client/\(client.id)", .client, .keapClient)
                (ceiling, pacing) = (client.ceiling, client.pacing)
            } else {
                (name, kind, limits) = (sharing.first?.id.description ?? gym.id.description, .key, .keapKey)
                (ceiling, pacing) = (sharing.map(\.keap.ceiling).strictest, sharing.map(\.keap.pacing).strictest)
            }
        }

        func gate(
            _ surroundings: Surroundings, saved: [UInt8]?,
            save: @escaping @Sendable ([UInt8]) async throws -> Void
        ) -> BudgetGate<ServiceClock> {
            BudgetGate(
                limits: limits, ceiling: ceiling, pacing: pacing, clock: surroundings.clock, wall: surroundings.wall,
                saved: saved, save: save)
        }
    }
}

extension GymConfiguration {
    /// As whom it shares a budget: gyms with the same key are one tenant of Keap's.
    func party(in configuration: Configuration) -> Party {
        let first = configuration.gyms.first { $0.keap.site == keap.site } ?? self
        return Party(id.description, of: first.id.description, weight: keap.weight)
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
