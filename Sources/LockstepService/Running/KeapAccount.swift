import Keap
import LockstepLimits
import LockstepPool

typealias Gateway = KeapGateway<ServiceClock, BudgetGate<ServiceClock>>

/// One Keap account as one key opens it, with its gateway. Gyms that were given the same key share one, because they
/// write to the same contacts.
final class KeapAccount: Sendable {
    /// The first gym that uses it: names the account in metrics and as the budget's tenant, so that the key need not.
    let name: String
    /// What Keap counts its calls by.
    let credential: KeapCredential
    let gateway: Gateway
    private let transport: any KeapTransport

    init(
        name: String, credential: KeapCredential, settings: GatewaySettings, site: KeapSite,
        in surroundings: Surroundings
    ) {
        self.name = name
        self.credential = credential
        transport = surroundings.transport(site)
        gateway = Gateway(
            transport: transport, budget: credential.budget, settings: settings, clock: surroundings.clock,
            wall: surroundings.wall, probes: credential.probes)
    }

    /// Gives up calls that are still under way: they end as unclear at once.
    func abandon() { transport.abandon() }

    /// One for each distinct key of the configuration.
    static func all(
        of configuration: Configuration, with credentials: [KeapCredential], in surroundings: Surroundings
    ) -> [KeapSite: KeapAccount] {
        var accounts: [KeapSite: KeapAccount] = [:]
        let share = surroundings.descriptors.calls(ofOneIn: Set(configuration.gyms.map(\.keap.site)).count)
        for gym in configuration.gyms where accounts[gym.keap.site] == nil {
            guard let credential = credentials.first(where: { $0.gyms.contains { $0.id == gym.id } }) else {
                preconditionFailure("there is a credential for each gym")
            }
            var settings = GatewaySettings()
            settings.concurrency = min(gym.keap.concurrency, share)
            if let timeout = gym.keap.timeout { (settings.timeout, settings.slowTimeout) = (timeout, timeout) }
            accounts[gym.keap.site] = KeapAccount(
                name: gym.id.description, credential: credential, settings: settings, site: gym.keap.site,
                in: surroundings)
        }
        return accounts
    }

    /// For a few calls without a journal: keeps the limits, but its use is not remembered.
    static func untracked(
        _ gym: GymConfiguration, _ budget: BudgetGate<ServiceClock>, _ surroundings: Surroundings
    ) -> Gateway {
        var settings = GatewaySettings()
        // A person waits: what does not answer by then is told as such.
        (settings.timeout, settings.slowTimeout) = (.seconds(10), .seconds(30))
        return Gateway(
            transport: surroundings.transport(gym.keap.site), budget: budget, settings: settings,
            clock: surroundings.clock, wall: surroundings.wall)
    }

    /// Whether calls wait because Keap fails or refuses the key.
    func isOpen() async -> Bool {
        if case .open = await gateway.counters().circuit { return true }
        return false
    }
}
