import AsyncPrimitives
import Clocks
import ConfigurationReading
import Foundation
import Keap
import OutboundAPI
import Synchronization
import WireFormats

/// The gyms that are let in by an OAuth client: gets their owners' consent, and says how each one's tokens are.
final class KeapConnections: Sendable {
    /// Why a consent came to nothing, in a sentence.
    struct Refusal: Error, Equatable { var sentence: String }

    let all: [KeapConnection]
    let news = ConnectionNews()
    private let configuration: Configuration
    private let clock: any TimeSource
    private let requests = Mutex(ConsentRequests())
    private let stopping = AsyncSignal()
    private let life = Mutex<(isRunning: Bool, waiting: [AsyncSignal])>((false, []))
    /// Files of tokens that cannot be used, with the reason.
    private let unusable: [GymID: String]
    /// The account of each login, as Keap told it.
    private let learned: @Sendable () -> [KeapLogin: KeapAccountID]

    /// - Parameter learned: the account of each login, as far as Keap told it.
    init(
        _ configuration: Configuration, in surroundings: ServiceEnvironment,
        learned: @escaping @Sendable () -> [KeapLogin: KeapAccountID] = { [:] }
    ) {
        self.configuration = configuration
        self.learned = learned
        clock = surroundings.clock
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
                OAuthClient(client), transport: surroundings.transport(site), path: client.tokenPath)
            let tokens = TokenAuthorizer(
                loaded.memory, endpoint: endpoint, store: file, clock: surroundings.clock, random: surroundings.random
            ) { await news.tell(gym.id, $0) }
            news.begin(gym.id, TokenLedger(loaded.memory, at: now, jitter: 0.5).standing(at: now.wall))
            if case .unusable(let reason) = loaded { unusable[gym.id] = reason }
            return KeapConnection(
                gym: gym.id, login: gym.keap.login, client: client, endpoint: endpoint, file: file, tokens: tokens)
        }
        self.unusable = unusable
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

    // MARK: Consent

    /// The address of the consent page for a gym, and the text by which its answer is known.
    func begin(_ gym: GymID) -> (address: String, state: String)? {
        guard let connection = self[gym] else { return nil }
        let state = (0..<16).map { _ in UInt8.random(in: .min ... .max) }.hexadecimal
        requests.withLock { $0.begin(state, for: gym, at: clock.now) }
        return (OAuthClient(connection.client).consentAddress(state: state), state)
    }

    func answer(to state: String, of gym: GymID) -> ConnectionAnswer {
        let name = gym.description
        let outcome = requests.withLock { $0.outcome(of: state, for: gym, at: clock.now) }
        return switch outcome {
        case nil: ConnectionAnswer(gym: name, status: .unknown)
        case .waiting?, .taken?: ConnectionAnswer(gym: name, status: .waiting)
        case .connected(let account)?: ConnectionAnswer(gym: name, status: .connected, account: account)
        case .refused(let sentence)?: ConnectionAnswer(gym: name, status: .refused, problem: sentence)
        }
    }

    /// What a browser brought to the redirect address.
    func finish(_ answer: ConsentAnswer) async throws(Refusal) -> (gym: GymID, account: String) {
        guard let state = answer.state, let gym = requests.withLock({ $0.take(state, at: clock.now) }) else {
            throw Refusal(
                sentence: "this consent was not asked for here, is older than ten minutes, or was used already; run "
                    + "lockstep connect again")
        }
        return (gym, try await finish(answer, state, of: gym))
    }

    /// What a person pasted for a gym. The code alone is taken at the word of the operator who typed it.
    ///
    /// - Parameter state: of the request that it answers.
    func finish(pasted text: String, state: String, of gym: GymID) async throws(Refusal) -> String {
        guard let answer = ConsentAnswer(pasted: text) else {
            throw Refusal(sentence: "this is neither the address that the browser was sent to nor its code")
        }
        guard answer.state ?? state == state else {
            throw Refusal(sentence: "the address answers another request: its state is not the one given here")
        }
        guard requests.withLock({ $0.take(state, at: clock.now) }) == gym else {
            throw Refusal(
                sentence: "this request is older than ten minutes, or was answered already; run connect again")
        }
        return try await finish(answer, state, of: gym)
    }

    private func finish(_ answer: ConsentAnswer, _ state: String, of gym: GymID) async throws(Refusal) -> String {
        do throws(Refusal) {
            let account = try await exchange(answer, for: gym)
            requests.withLock { $0.end(state, .connected(account: account)) }
            return account
        } catch {
            requests.withLock { $0.end(state, .refused(error.sentence)) }
            throw error
        }
    }

    private func exchange(_ answer: ConsentAnswer, for gym: GymID) async throws(Refusal) -> String {
        guard let code = answer.code else { throw Refusal(sentence: "the account's owner did not consent") }
        guard let connection = self[gym] else { throw Refusal(sentence: "gym \(gym) has no OAuth client") }
        let grant: TokenGrant
        switch await connection.endpoint.redeem(code: code) {
        case .granted(let given): grant = given
        case .revoked(let reason): throw Refusal(sentence: "Keap does not take the code (\(reason)); run connect again")
        case .clientRefused(let reason):
            throw Refusal(sentence: "Keap refuses the client (\(reason)); mend clientID and clientSecret")
        case .notSent(let reason), .unclear(let reason):
            throw Refusal(sentence: "Keap's token endpoint gave no tokens (\(reason)); run connect again")
        }
        let account = try self.account(of: grant, for: connection)
        guard let refresh = grant.refresh else {
            throw Refusal(
                sentence: "Keap's answer holds no refresh token, so the connection would end with its access token")
        }
        let memory = TokenMemory(
            pair: TokenPair(grant, keeping: refresh, at: clock.wall), account: grant.account ?? account.tenant)
        do {
            try await connection.tokens.connect(memory)
        } catch {
            throw Refusal(
                sentence: "the tokens could not be kept (\(error)); make room or mend the disk, and connect again")
        }
        return account.tenant
    }

    /// The account that the tokens open, if the gym may have it.
    private func account(of grant: TokenGrant, for connection: KeapConnection) throws(Refusal) -> KeapAccountID {
        guard let account = grant.account.flatMap({ KeapAccountID(base: connection.login.base, tenant: $0) }) else {
            throw Refusal(sentence: "Keap's answer does not name the account that the tokens open")
        }
        let gym = configuration.gyms.first { $0.id == connection.gym }
        if let wanted = gym?.keap.account, wanted != account {
            throw Refusal(
                sentence: "the consent is for the Keap account \(account), and keap.account of gym \(connection.gym) "
                    + "names \(wanted)")
        }
        for other in configuration.gyms where other.keap.login != connection.login {
            let known = self[other.id]?.file.load().memory.flatMap {
                KeapAccountID(base: other.keap.login.base, tenant: $0.account)
            }
            guard [other.keap.account, learned()[other.keap.login], known].contains(account) else { continue }
            throw Refusal(
                sentence:
                    "the consent is for the Keap account \(account), which gym \(other.id) has; choose the account "
                    + "of gym \(connection.gym) on the consent page")
        }
        return account
    }
}
