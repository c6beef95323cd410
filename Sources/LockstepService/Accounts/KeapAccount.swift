import Connectors
import Clocks
import ConfigurationReading
import ContactSync
import Keap
import RateLimits
import DurableQueue
import OutboundAPI
import Synchronization

typealias Gateway = KeapGateway<AccountBudget>

/// One Keap account as one key opens it, with its gateway. Gyms that were given the same key share one, because they
/// write to the same contacts. The gateways of one account's keys share its budget and keep their contacts apart.
final class KeapAccount: Sendable {
    /// What the gyms of one account have together, whichever key they have.
    struct Shared: Sendable {
        let making = SharedCreation()
        let addresses = AddressLocks()
    }

    /// The first gym that uses it: names the account in metrics, so that the key need not.
    let name: String
    let gateway: Gateway
    /// Gyms whose changes wait.
    let holds: GymHolds
    /// Connections of gyms without a key.
    let connections: KeapConnections
    private let book: AccountBook
    private let login: KeapLogin
    private let budget: AccountBudget
    private let current: Mutex<(credential: KeapCredential, shared: Shared)>
    private let transport: any HTTPTransport

    init(
        name: String, credential: KeapCredential, tenant: String, settings: CallSettings, site: KeapSite,
        login: KeapLogin,
        authorizer: any Authorizer, book: AccountBook, contacts: SharedContacts, shared: Shared, holds: GymHolds,
        connections: KeapConnections, in surroundings: ServiceEnvironment
    ) {
        self.name = name
        self.holds = holds
        self.book = book
        self.login = login
        self.connections = connections
        current = Mutex((credential, shared))
        budget = AccountBudget(credential.budget, tenant: tenant, holds: holds)
        transport = surroundings.transport(site.address)
        gateway = Gateway(
            transport: transport, authorizer: authorizer, budget: budget, settings: settings,
            clock: surroundings.clock, probes: credential.probes, contacts: contacts,
            account: AccountBook.KeyView(book: book, login: login))
    }

    /// What Keap counts its calls by.
    var credential: KeapCredential { current.withLock { $0.credential } }

    /// The account's name at Keap, as far as it is known.
    var tenant: String? { book.accounts[login]?.tenant }

    var shared: Shared { current.withLock { $0.shared } }

    /// The account turned out to be the other one's: from now on both spend one budget. What this one has spent counts
    /// there. An OAuth client's budget stays its own, but its calls count for the other's tenant.
    func join(_ other: KeapAccount) async {
        let (mine, theirs) = (credential, other.credential)
        let shared = other.shared
        current.withLock { $0.shared = shared }
        let tenant = other.budget.tenant
        guard mine !== theirs else {
            mine.rename(tenant: budget.tenant, to: tenant)
            return budget.point(to: mine.budget, tenant: tenant)
        }
        guard mine.kind == .key, theirs.kind == .key else { return }
        budget.point(to: theirs.budget, tenant: tenant)
        current.withLock { $0.credential = theirs }
        await theirs.absorb(mine, as: tenant)
    }

    /// Gives up calls that are still under way: they end as unclear at once.
    func abandon() {
        transport.abandon()
        // What hears of accounts holds them all.
        book.detach()
    }

    /// One for each distinct key of the configuration.
    static func all(
        of configuration: Configuration, _ map: AccountMap, with credentials: [KeapCredential], _ book: AccountBook,
        _ connections: KeapConnections, in surroundings: ServiceEnvironment
    ) -> [KeapLogin: KeapAccount] {
        var accounts: [KeapLogin: KeapAccount] = [:]
        var shared: [String: Shared] = [:]
        let contacts = SharedContacts()
        let holds = GymHolds()
        let share = surroundings.descriptors.calls(ofOneIn: configuration.accountCount)
        for gym in configuration.gyms where accounts[gym.keap.login] == nil {
            guard let credential = credentials.first(where: { $0.gyms.contains { $0.id == gym.id } }) else {
                preconditionFailure("there is a credential for each gym")
            }
            var settings = CallSettings()
            settings.concurrency = min(gym.keap.concurrency, share)
            if let timeout = gym.keap.timeout { (settings.timeout, settings.slowTimeout) = (timeout, timeout) }
            let identity = map.identity(of: gym)
            let together = shared[identity] ?? Shared()
            shared[identity] = together
            accounts[gym.keap.login] = KeapAccount(
                name: gym.id.description, credential: credential, tenant: identity, settings: settings,
                site: gym.keap.site, login: gym.keap.login,
                authorizer: connections.authorizer(of: gym), book: book, contacts: contacts, shared: together,
                holds: holds, connections: connections, in: surroundings)
        }
        return accounts
    }

    /// For a few calls without a journal: keeps the limits, but its use is not remembered.
    ///
    /// - Parameter key: the gym's own, or an access token that lives.
    static func untracked(
        _ gym: GymConfiguration, _ key: APIKey, _ budget: BudgetGate, _ surroundings: ServiceEnvironment
    ) -> Gateway {
        var settings = CallSettings()
        // A person waits: what does not answer by then is told as such.
        (settings.timeout, settings.slowTimeout) = (.seconds(10), .seconds(30))
        return Gateway(
            transport: surroundings.transport(gym.keap.site.address), authorizer: KeyAuthorizer(key),
            budget: AccountBudget(budget, tenant: "", holds: GymHolds()), settings: settings, clock: surroundings.clock)
    }

    /// Why a gym's change cannot be delivered now, before anything is done for it: its calls may not go out, or it is not
    /// known yet which account its key opens, which must be known before what others of the account do is not to be undone.
    func wait(of gym: GymID, state: [UInt8]) async -> Delivery? {
        do throws(KeapFailure) {
            guard let share = credential.gyms.first(where: { $0.id == gym })?.share else { return nil }
            try await gateway.settleAccount(for: share)
        } catch {
            switch error {
            case .cancelled: return .interrupted(state: state)
            case .unauthorized(let message):
                return .retry(
                    reason: "Keap does not accept this gym's key: \(message)", state: state, isDoubtful: false)
            default:
                return .retry(
                    reason: "Keap could not be reached to tell which account the key opens: \(error.message)",
                    state: state, isDoubtful: false)
            }
        }
        return holds[gym].map { .retry(reason: $0, state: state, isDoubtful: false) }
    }
}
