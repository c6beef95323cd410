import Clocks
import ConfigurationReading
import Keap
import OutboundAPI
import Synchronization
import WireFormats

/// Asks accounts' owners for their consent, and takes the tokens that it brings.
final class KeapConsents: Sendable {
    /// Why a consent came to nothing, in a sentence.
    struct Refusal: Error, Equatable { var sentence: String }

    private let connections: [KeapConnection]
    private let configuration: Configuration
    /// The account of each login, as Keap told it.
    private let learned: @Sendable () -> [KeapLogin: KeapAccountID]
    private let clock: any TimeSource
    private let requests = Mutex(ConsentRequests())

    init(
        _ connections: [KeapConnection], _ configuration: Configuration,
        learned: @escaping @Sendable () -> [KeapLogin: KeapAccountID], clock: any TimeSource
    ) {
        self.connections = connections
        self.configuration = configuration
        self.learned = learned
        self.clock = clock
    }

    /// The address of the consent page for a gym, and the text by which its answer is known.
    func begin(_ gym: GymID) -> (address: String, state: String)? {
        guard let connection = connection(of: gym) else { return nil }
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
        guard let connection = connection(of: gym) else { throw Refusal(sentence: "gym \(gym) has no OAuth client") }
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
            let known = self.connection(of: other.id)?.file.load().memory.flatMap {
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

    private func connection(of gym: GymID) -> KeapConnection? { connections.first { $0.gym == gym } }
}
