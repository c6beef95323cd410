import Keap
import DurableQueue
import Synchronization

/// Knows which account each key opens: from the configuration, from earlier starts, and from Keap's answers, which count
/// most.
final class AccountBook: Sendable {
    /// A key turned out to open this account.
    struct News: Sendable {
        var login: KeapLogin
        var account: KeapAccountID
        /// The account that the configuration names instead, if it does.
        var configured: KeapAccountID?
    }

    private struct Key {
        var fingerprint: String?
        var identity: String
        /// The account that it opens, if known.
        var account: KeapAccountID?
        /// Whether Keap has told, or been asked and did not tell.
        var isSettled: Bool
        /// Whether Keap has told since the start.
        var isConfirmed = false
    }

    private struct State {
        var learned: LearnedAccounts
        var keys: [KeapLogin: Key]
        var tell: (@Sendable (News) async -> Void)?
    }

    private static let note = "keap-accounts"

    private let configuration: Configuration
    private let queue: JobQueue
    private let state: Mutex<State>

    /// - Parameters:
    ///   - fingerprints: nil if nothing can be kept.
    ///   - connected: accounts that tokens name.
    init(
        _ configuration: Configuration, _ fingerprints: SecretFingerprinter?,
        connected: [KeapLogin: KeapAccountID] = [:], keptIn queue: JobQueue
    ) async {
        self.configuration = configuration
        self.queue = queue
        let learned = LearnedAccounts(bytes: await queue.metadata(Self.note) ?? [])
        var keys: [KeapLogin: Key] = [:]
        for gym in configuration.gyms where keys[gym.keap.login] == nil {
            let login = gym.keap.login
            let fingerprint = fingerprints?.fingerprint(of: gym.keap.site)
            let told = fingerprint.flatMap { learned.keys[$0] }
            let sharing = configuration.gyms.filter { $0.keap.login == login }
            // A key that was changed for another has the account of the old one until Keap says otherwise.
            let likely = told ?? sharing.lazy.compactMap { learned.account(ofGym: $0.id) }.first
            let configured = configuration.account(of: login)
            let known = likely.flatMap { KeapAccountID(base: login.base, tenant: $0.tenant) }
            let account = connected[login] ?? (told == nil ? configured ?? known : known)
            keys[login] = Key(
                fingerprint: fingerprint, identity: AccountMap.identity(of: account, or: fingerprint, gym),
                account: account, isSettled: told != nil || connected[login] != nil)
        }
        state = Mutex(State(learned: learned, keys: keys))
    }

    /// The account of each key, as far as it is known.
    var accounts: [KeapLogin: KeapAccountID] { state.withLock { $0.keys.compactMapValues(\.account) } }

    /// Fingerprints of all keys that are known to have opened an account of a configured gym, by its identity.
    var keysOfAccounts: [String: [String]] {
        state.withLock { state in
            var found: [String: [String]] = [:]
            for account in Set(state.keys.values.compactMap(\.account)) {
                found[AccountMap.identity(of: account)] = state.learned.keys.filter {
                    $0.value.tenant == account.tenant
                }
                .map(\.key)
            }
            return found
        }
    }

    func identity(of login: KeapLogin) -> String { state.withLock { $0.keys[login]?.identity ?? "" } }

    /// Of two keys of one account, that with the lower number was there first. Keys whose account only the configuration
    /// names were there before any.
    func number(of login: KeapLogin) -> Int {
        state.withLock { state in
            state.keys[login]?.fingerprint.flatMap { state.learned.keys[$0]?.number } ?? 0
        }
    }

    /// - Parameter tell: called before another call is made with the key.
    func attach(_ tell: @escaping @Sendable (News) async -> Void) { state.withLock { $0.tell = tell } }

    func detach() { state.withLock { $0.tell = nil } }

    /// Whether another key of this installation may open the same account.
    fileprivate func mustAsk(_ login: KeapLogin) -> Bool {
        state.withLock { state in
            guard let key = state.keys[login], !key.isSettled else { return false }
            return state.keys.keys.contains { $0 != login && $0.base == login.base }
        }
    }

    func answered(_ login: KeapLogin, tenant: String?, isSuccess: Bool) async {
        let (news, bytes, tell) = state.withLock { state -> (News?, [UInt8]?, (@Sendable (News) async -> Void)?) in
            // A refusal may name anything.
            guard var key = state.keys[login], !key.isConfirmed, isSuccess else { return (nil, nil, nil) }
            guard let account = tenant.flatMap({ KeapAccountID(base: login.base, tenant: $0) }) else {
                state.keys[login]?.isSettled = true
                return (nil, nil, nil)
            }
            let isNews = key.account != account
            (key.account, key.isSettled, key.isConfirmed) = (account, true, true)
            key.identity = AccountMap.identity(of: account)
            state.keys[login] = key
            let learnedBefore = state.learned
            let gyms = configuration.gyms.filter { $0.keap.login == login }.map(\.id)
            if let fingerprint = key.fingerprint {
                state.learned.learn(account.tenant, of: fingerprint, for: gyms)
            }
            let configured = configuration.account(of: login).flatMap { $0 == account ? nil : $0 }
            let bytes = state.learned == learnedBefore ? nil : state.learned.bytes
            let news = News(login: login, account: account, configured: configured)
            return (isNews || bytes != nil || configured != nil ? news : nil, bytes, state.tell)
        }
        // Where it cannot be kept, Keap tells it again after the next start.
        if let bytes { try? await queue.setMetadata(Self.note, bytes, durable: false) }
        if let news { await tell?(news) }
    }

    /// What one key's gateway tells, and asks.
    struct KeyView: AccountIdentity {
        let book: AccountBook
        let login: KeapLogin

        var name: String { book.identity(of: login) }
        var mustAsk: Bool { book.mustAsk(login) }
        func answered(tenant: String?, isSuccess: Bool) async {
            await book.answered(login, tenant: tenant, isSuccess: isSuccess)
        }
    }
}
