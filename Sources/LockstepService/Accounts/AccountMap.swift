import Keap
import LockstepLimits

/// Which gyms of a configuration write to one Keap account, and under which identity its use is kept: the account's own
/// name, as configured or as Keap told it, else its key's fingerprint. Neither the order of the gyms nor their ids matter.
struct AccountMap: Sendable {
    private let configuration: Configuration
    private var identities: [KeapSite: String] = [:]
    private var earlier: [String: [String]] = [:]

    /// - Parameter fingerprints: nil where nothing is kept.
    init(_ configuration: Configuration, fingerprints: KeyFingerprinter? = nil) {
        self.configuration = configuration
        for gym in configuration.gyms where identities[gym.keap.site] == nil {
            let site = gym.keap.site
            let key = fingerprints.map { "key/" + $0.fingerprint(of: site) } ?? "gym/\(gym.id)"
            let account = configuration.account(of: site).map { "account/\($0)@\($0.base)" }
            identities[site] = account ?? key
            if let account { earlier[account, default: []].append(key) }
        }
        for gym in configuration.gyms {
            earlier[identity(of: gym), default: []] += ["\(gym.id)", "gym/\(gym.id)"]
        }
    }

    /// Never looks like a gym's id: it holds a slash.
    func identity(of gym: GymConfiguration) -> String { identities[gym.keap.site] ?? "gym/\(gym.id)" }

    /// In the order of the configuration.
    func gyms(of identity: String) -> [GymConfiguration] {
        configuration.gyms.filter { self.identity(of: $0) == identity }
    }

    /// Names under which the use of this account may have been kept before: versions before fingerprints took the id of the
    /// key's first gym, and an account that was not known to be one had a budget for each key.
    func earlierNames(of identity: String) -> [String] { (earlier[identity] ?? []).filter { $0 != identity } }

    /// New names of tenants by their earlier ones.
    var renamedTenants: [String: String] {
        var names: [String: String] = [:]
        for identity in Set(identities.values) {
            for name in earlierNames(of: identity) { names[name] = identity }
        }
        return names
    }

    /// As whom a gym shares a budget: gyms of one account are one tenant of Keap's.
    func party(of gym: GymConfiguration) -> Party {
        Party(gym.id.description, of: identity(of: gym), weight: gym.keap.weight)
    }
}
