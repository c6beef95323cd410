import AsyncPrimitives
import Clocks
import ConfigurationReading
import Keap
import OutboundAPI
import Synchronization

/// The gyms that are let in by an OAuth client: keeps their tokens fresh, and says how each one's are.
final class KeapConnections: Sendable {
    let all: [KeapConnection]
    let consents: KeapConsents
    let news = ConnectionNews()
    private let configuration: Configuration
    private let stopping = AsyncSignal()
    private let life = Mutex<(isRunning: Bool, waiting: [AsyncSignal])>((false, []))
    /// Files of tokens that cannot be used, with the reason.
    private let unusable: [GymID: String]

    /// - Parameter learned: the account of each login, as far as Keap told it.
    init(
        _ configuration: Configuration, in surroundings: ServiceEnvironment,
        learned: @escaping @Sendable () -> [KeapLogin: KeapAccountID] = { [:] }
    ) {
        self.configuration = configuration
        let now = surroundings.clock.reading
        var unusable: [GymID: String] = [:]
        all = configuration.gyms.compactMap { [news] gym in
            guard let client = configuration.oauthClient(of: gym),
                let file = TokenFile(of: gym, in: configuration, surroundings)
            else { return nil }
            let loaded = file.load()
            var site = client.tokenSite
            site.authorities = gym.keap.site.authorities
            let endpoint = TokenEndpoint(
                OAuthClient(client), transport: surroundings.transport(site.address), path: client.tokenPath)
            let tokens = TokenAuthorizer(
                loaded.memory, endpoint: endpoint, store: file, clock: surroundings.clock, random: surroundings.random
            ) { await news.tell(gym.id, $0) }
            news.begin(gym.id, TokenLedger(loaded.memory, at: now, jitter: 0.5).standing(at: now.wall))
            if case .unusable(let reason) = loaded { unusable[gym.id] = reason }
            return KeapConnection(
                gym: gym.id, login: gym.keap.login, client: client, endpoint: endpoint, file: file, tokens: tokens)
        }
        self.unusable = unusable
        consents = KeapConsents(all, configuration, learned: learned, clock: surroundings.clock)
    }

    subscript(gym: GymID) -> KeapConnection? { all.first { $0.gym == gym } }

    func authorizer(of gym: GymConfiguration) -> any Authorizer {
        if let key = gym.keap.site.key { return KeyAuthorizer(key) }
        guard let connection = self[gym.id] else { return NoAuthorizer() }
        return connection.tokens
    }

    /// Nil for a gym with a key.
    func standing(of gym: GymID) -> TokenStanding? { news[gym] }

    /// The accounts that the kept tokens open.
    static func accounts(
        of configuration: Configuration, in surroundings: ServiceEnvironment
    ) -> [KeapLogin: KeapAccountID] {
        var accounts: [KeapLogin: KeapAccountID] = [:]
        for gym in configuration.gyms {
            guard let memory = TokenFile(of: gym, in: configuration, surroundings)?.load().memory else { continue }
            accounts[gym.keap.login] = KeapAccountID(base: gym.keap.login.base, tenant: memory.account)
        }
        return accounts
    }

    /// Why a gym's calls cannot go out, and what to do. Nil: they can.
    func obstacle(of gym: GymID) -> String? {
        guard let standing = standing(of: gym), !standing.isUsable else { return nil }
        return sentence(standing, of: gym)
    }

    /// What a person should know and do. Nil: nothing.
    func trouble(of gym: GymID) -> String? {
        guard let standing = standing(of: gym), standing.trouble != nil else { return nil }
        return sentence(standing, of: gym)
    }

    private func sentence(_ standing: TokenStanding, of gym: GymID) -> String {
        let command = configuration.connectCommand(for: gym)
        let wait =
            standing.isUsable ? "Its changes go on until its access token is over, then they wait" : "Its changes wait"
        switch standing.trouble {
        case .notConnected, nil:
            let reason = unusable[gym].map { " (\($0))" } ?? ""
            return "Gym \(gym) is not connected to its Keap account\(reason). \(wait). Run: \(command)"
        case .mustReconnect(let reason):
            return "Keap has ended the connection of gym \(gym) (\(reason)). \(wait). Run: \(command)"
        case .clientRefused(let reason):
            return
                "Keap refuses the OAuth client of gym \(gym) (\(reason)). \(wait). Mend clientID and clientSecret in "
                + "keapClients; it is tried again every few minutes"
        case .outage(let reason):
            return "The access token of gym \(gym) could not be renewed (\(reason)). \(wait); it is tried again"
        }
    }

    /// Keeps all tokens fresh, until `stop`, or until the task is cancelled. May be run again.
    func run() async {
        life.withLock { $0.isRunning = true }
        await withTaskGroup(of: Void.self) { [stopping] group in
            group.addTask { await stopping.wait() }
            for connection in all { group.addTask { await connection.tokens.run() } }
            await group.next()
            group.cancelAll()
        }
        let waiting = life.withLock { life in
            defer { life = (false, []) }
            return life.waiting
        }
        for signal in waiting { signal.signal() }
    }

    /// Returns once no refresh is under way and none will begin, or when the task is cancelled.
    func stop() async {
        let ended = AsyncSignal()
        let isRunning = life.withLock { life in
            if life.isRunning { life.waiting.append(ended) }
            return life.isRunning
        }
        guard isRunning else { return }
        stopping.signal()
        await ended.wait()
    }

    func abandon() { for connection in all { connection.tokens.abandon() } }
}
