import ConfigurationReading
import Keap
import RateLimits

/// Which gyms of a configuration write to one Keap account, and under which identity its use is kept: the account's own
/// name, as Keap told it or as configured, else its key's fingerprint. Neither the order of the gyms nor their ids matter.
struct AccountMap: Sendable {
    private let configuration: Configuration
    private var identities: [KeapLogin: String] = [:]
    private var earlier: [String: [String]] = [:]

    /// - Parameters:
    ///   - fingerprints: nil where nothing is kept.
    ///   - learned: the account of each key, as Keap told it.
    ///   - keys: fingerprints of keys that once opened an account, by its identity.
    init(
        _ configuration: Configuration, fingerprints: SecretFingerprinter? = nil,
        learned: [KeapLogin: KeapAccountID] = [:], keys: [String: [String]] = [:]
    ) {
        self.configuration = configuration
        for gym in configuration.gyms where identities[gym.keap.login] == nil {
            let login = gym.keap.login
            let fingerprint = fingerprints?.fingerprint(of: gym.keap.site)
            let account = learned[login] ?? configuration.account(of: login)
            let identity = Self.identity(of: account, or: fingerprint, gym)
            identities[login] = identity
            if account != nil { earlier[identity, default: []].append(Self.identity(of: nil, or: fingerprint, gym)) }
        }
        for identity in Set(identities.values) {
            earlier[identity, default: []] += (keys[identity] ?? []).map { "key/" + $0 }
        }
        for gym in configuration.gyms {
            earlier[identity(of: gym), default: []] += ["\(gym.id)", "gym/\(gym.id)"]
        }
    }

    static func identity(of account: KeapAccountID) -> String { "account/\(account)@\(account.base)" }

    /// - Parameters:
    ///   - fingerprint: of the key; counts where the account is not known.
    ///   - gym: stands for its key where the key has no fingerprint.
    static func identity(of account: KeapAccountID?, or fingerprint: String?, _ gym: GymConfiguration) -> String {
        account.map(identity) ?? fingerprint.map { "key/" + $0 } ?? "gym/\(gym.id)"
    }

    /// Never looks like a gym's id: it holds a slash.
    func identity(of gym: GymConfiguration) -> String { identities[gym.keap.login] ?? "gym/\(gym.id)" }

    /// In the order of the configuration.
    func gyms(of identity: String) -> [GymConfiguration] {
        configuration.gyms.filter { self.identity(of: $0) == identity }
    }

    /// Names under which the use of this account may have been kept before: versions before fingerprints took the id of the
    /// key's first gym, and an account that was not known to be one had a budget for each key.
    func earlierNames(of identity: String) -> [String] {
        Set(earlier[identity] ?? []).subtracting([identity]).sorted()
    }

    /// New names of tenants by their earlier ones.
    var renamedTenants: [String: String] {
        var names: [String: String] = [:]
        for identity in Set(identities.values) {
            for name in earlierNames(of: identity) { names[name] = identity }
        }
        return names
    }

    /// The gym's share of a budget: gyms of one account are one tenant of Keap's.
    func share(of gym: GymConfiguration) -> BudgetShare {
        BudgetShare(gym.id.description, of: identity(of: gym), weight: gym.keap.weight)
    }
}
