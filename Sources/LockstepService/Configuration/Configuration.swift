package import ConfigurationReading
package import Keap
package import EmbeddedHTTP
package import History

/// What one service runs with, read and checked as a whole before anything starts.
package struct Configuration: Sendable {
    /// Where web hooks come in. Plain HTTP: TLS ends at a proxy in front.
    package var listen = Self.defaultListen
    /// Where health, metrics, the API of the commands and the dashboard are.
    package var admin = Self.defaultAdmin
    /// What callers of `admin` must show. Nil: nothing, which is allowed on loopback only.
    package var adminToken: Secret?
    /// What callers of `admin` may show who only look.
    package var readToken: Secret?
    /// Further names that `admin` may be called by, as of a proxy in front.
    package var adminNames: [String] = []
    /// The journal's directory. A relative path counts from the configuration file.
    package var data = "lockstep-data"
    /// How long calls that run may take to finish when the service stops.
    package var stopGrace: Duration = .seconds(30)
    /// The longest time that a record without a waiter (a completion) stays unsynced.
    package var unsyncedLimit: Duration = .milliseconds(100)
    /// The address under which Keap reaches the intake, without a slash at the end. Nil: Keap's hooks cannot be registered.
    package var publicURL: String?
    package var alerts = AlertSettings()
    package var log = LogSettings()
    /// How much of what happened to people is kept for people to read.
    package var history = HistoryLimits(days: 7, megabytes: 256)
    package var keapClients: [KeapClientConfiguration] = []
    package var gyms: [GymConfiguration] = []
    /// Where this was read from. Nil for text.
    package var file: String?
    /// All secrets of the file, so that none gets into what is kept or shown.
    package var secrets: Set<Secret> = []
    /// What is allowed but should be known, in sentences, each with its place.
    package var remarks: [String] = []

    package static let defaultListen = ListenAddress(host: "127.0.0.1", port: 8080)
    package static let defaultAdmin = ListenAddress(host: "127.0.0.1", port: 8081)
}

extension Configuration {
    /// The gyms that write to this gym's Keap account, itself among them, in the order of the configuration: those with
    /// its key, and those whose key is known to open the same account.
    ///
    /// - Parameter learned: the account of each key, as Keap told it.
    package func gymsSharingAccount(
        with gym: GymConfiguration, learned: [KeapLogin: KeapAccountID] = [:]
    ) -> [GymConfiguration] {
        let account = account(of: gym.keap.login, learned: learned)
        return gyms.filter {
            $0.keap.login == gym.keap.login
                || (account != nil && self.account(of: $0.keap.login, learned: learned) == account)
        }
    }

    /// The account that a key opens: as Keap named it, else as any gym with this key does. Nil: not known yet.
    package func account(of login: KeapLogin, learned: [KeapLogin: KeapAccountID] = [:]) -> KeapAccountID? {
        learned[login] ?? gyms.lazy.filter { $0.keap.login == login }.compactMap(\.keap.account).first
    }
}
