import Keap
import LockstepLimits
import LockstepPool

typealias Gateway = KeapGateway<ServiceClock, BudgetGate<ServiceClock>>

/// One Keap credential with its budget and its gateway. Gyms that were given the same key share one, because Keap counts
/// them together.
final class KeapAccount: Sendable {
    /// The first gym that uses it: names the account in metrics and notes, so that the key itself need not.
    let name: String
    let budget: BudgetGate<ServiceClock>
    let gateway: Gateway
    private let transport: any KeapTransport

    init(
        name: String, budget: BudgetGate<ServiceClock>, settings: GatewaySettings, site: KeapSite,
        in surroundings: Surroundings
    ) {
        self.name = name
        self.budget = budget
        transport = surroundings.transport(site)
        gateway = Gateway(
            transport: transport, budget: budget, settings: settings, clock: surroundings.clock,
            wall: surroundings.wall)
    }

    /// Gives up calls that are still under way: they end as unclear at once.
    func abandon() { transport.abandon() }

    /// Gives up calls that are still under way, and saves what was really used.
    func close() async throws {
        abandon()
        try await budget.settle()
    }

    /// One for each distinct key of the configuration.
    static func all(
        of configuration: Configuration, notesIn queue: JobQueue, in surroundings: Surroundings
    ) async -> [KeapSite: KeapAccount] {
        var accounts: [KeapSite: KeapAccount] = [:]
        for gym in configuration.gyms where accounts[gym.keap.site] == nil {
            let sharing = configuration.gyms.filter { $0.keap.site == gym.keap.site }
            let note = "budget/\(gym.id)"
            let budget = BudgetGate(
                limits: .keapKey, ceiling: sharing.map(\.keap.ceiling).strictest, clock: surroundings.clock,
                wall: surroundings.wall, saved: await queue.note(note)
            ) { bytes in
                try await queue.setNote(note, bytes, durable: true)
            }
            var settings = GatewaySettings()
            settings.concurrency = gym.keap.concurrency
            if let timeout = gym.keap.timeout { (settings.timeout, settings.slowTimeout) = (timeout, timeout) }
            accounts[gym.keap.site] = KeapAccount(
                name: gym.id.description, budget: budget, settings: settings, site: gym.keap.site, in: surroundings)
        }
        return accounts
    }

    /// For a few calls without a journal: keeps the limits, but its use is not remembered.
    static func untracked(_ gym: GymConfiguration) -> Gateway {
        let surroundings = Surroundings.real
        let budget = BudgetGate(
            limits: .keapKey, ceiling: gym.keap.ceiling, clock: surroundings.clock, wall: surroundings.wall, saved: nil,
            save: { _ in })
        return Gateway(
            transport: surroundings.transport(gym.keap.site), budget: budget, clock: surroundings.clock,
            wall: surroundings.wall)
    }

    /// Whether calls wait because Keap fails or refuses the key.
    func isOpen() async -> Bool {
        if case .open = await gateway.counters().circuit { return true }
        return false
    }
}

extension CallLimits {
    /// A personal access token or service account key, and the tenant behind it, until Keap's headers say otherwise.
    static let keapKey = CallLimits(
        perSecond: 10, perMinute: 240, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)
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
