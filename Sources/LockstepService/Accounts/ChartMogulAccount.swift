import ChartMogul
import ChartMogulFeed
import ConfigurationReading
import DurableQueue
import OutboundAPI
import RateLimits

/// One ChartMogul account as one API key opens it. Gyms that were given the same key share it, and its limits.
final class ChartMogulAccount: Sendable {
    /// What tells accounts apart.
    struct Login: Hashable, Sendable {
        fileprivate let site: APISite
        fileprivate let key: APIKey

        init(of settings: FeedSettings) { (site, key) = (settings.site, settings.apiKey) }
    }

    /// Begins like no Keap account's.
    let name: String
    /// Names the account in metrics, so that the key need not.
    let firstGym: String
    let gyms: [GymID]
    let gateway: ChartMogulGateway<BudgetGate>
    let budget: BudgetGate
    private let transport: any HTTPTransport

    /// - Parameter users: the gyms with this key, one at least.
    private init(
        _ login: Login, of users: [(gym: GymID, settings: FeedSettings)], _ surroundings: ServiceEnvironment, share: Int
    ) {
        gyms = users.map(\.gym)
        firstGym = gyms.first.map(\.description) ?? ""
        name = "chartmogul/\(firstGym)"
        let perSecond = users.map(\.settings.perSecond).min() ?? ChartMogulLimits.perSecond
        let concurrency = users.map(\.settings.concurrency).min() ?? ChartMogulLimits.concurrency
        var settings = ChartMogulLimits.settings
        settings.concurrency = max(1, min(concurrency, share))
        transport = surroundings.transport(login.site)
        // ChartMogul counts no day, and the second of a process that ended is over when the next one calls.
        budget = BudgetGate(
            limits: CallLimits(perSecond: perSecond), pacing: .off, clock: surroundings.clock, saved: nil,
            save: { _ in })
        gateway = ChartMogulGateway(
            transport: transport, authorizer: BasicAuthorizer(login.key), budget: budget, settings: settings,
            clock: surroundings.clock)
    }

    /// Nil: its calls go out at once.
    func obstacle(_ urgency: JobUrgency) async -> WaitReason? {
        if let broken = WaitReason(await gateway.circuit, of: "ChartMogul") { return broken }
        let outlook = await budget.outlook(for: .sole, urgency == .bulk ? .bulk : .live)
        return WaitReason(await budget.status(), outlook, tenant: "", of: "ChartMogul")
    }

    var peer: MogulAccount<BudgetGate> { MogulAccount(name, gateway) }

    /// Gives up calls that are still under way: they end as unclear at once.
    func abandon() { transport.abandon() }

    /// One for each distinct key of the configuration.
    static func all(of configuration: Configuration, in surroundings: ServiceEnvironment) -> [Login: ChartMogulAccount]
    {
        var users: [Login: [(gym: GymID, settings: FeedSettings)]] = [:]
        for gym in configuration.gyms {
            guard let settings = gym.chartMogul else { continue }
            users[Login(of: settings), default: []].append((gym.id, settings))
        }
        let share = surroundings.descriptors.calls(ofOneIn: configuration.accountCount)
        return users.reduce(into: [:]) { accounts, entry in
            accounts[entry.key] = ChartMogulAccount(entry.key, of: entry.value, surroundings, share: share)
        }
    }
}

extension Configuration {
    /// Accounts that are called, of Keap and of ChartMogul, by their keys.
    var accountCount: Int {
        Set(gyms.map(\.keap.login)).count
            + Set(gyms.compactMap { $0.chartMogul.map(ChartMogulAccount.Login.init(of:)) }).count
    }
}
