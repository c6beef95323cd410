import ChartMogulFeed
package import ConfigurationReading
package import Connectors
package import ContactSync
package import Keap
package import RateLimits

/// One gym: a tenant with its own Keap account, its own sources and its own secrets.
package struct GymConfiguration: Sendable {
    package var id: GymID
    /// For people; the id unless given.
    package var name: String
    package var keap: KeapConfiguration
    package var sources: GymSources
    package var destinations: GymDestinations
    package var afterDead: AfterDead
    /// Tells these settings, key included, from others without showing them.
    package var digest = ""

    /// How its people appear in Keap.
    package var sync: SyncSettings {
        get { destinations[SyncSettings.self] ?? SyncSettings() }
        set { destinations.add(newValue) }
    }

    /// How its bills appear in ChartMogul. Nil: they go nowhere.
    var chartMogul: FeedSettings? { destinations[FeedSettings.self] }
}

/// What happens to a contact's later changes when one of them cannot be delivered.
package enum AfterDead: String, CaseIterable, Sendable {
    /// They go on: a person's change carries the whole state.
    case `continue`
    /// They wait until the dead one is retried or discarded.
    case park
}

package struct KeapConfiguration: Sendable {
    package var site: KeapSite
    /// By which the account is known until Keap names it.
    package var login: KeapLogin
    /// The Keap account that the key opens. Nil: Keap is asked when the key is first used.
    package var account: KeapAccountID?
    /// Calls that this service allows itself, whatever more Keap would grant. Nil within: as Keap says.
    package var ceiling: CallLimits
    /// How long one call may take. Nil: as the gateway thinks fit for each kind of call.
    package var timeout: Duration?
    /// Calls in flight at once on this account.
    package var concurrency: Int
    package var pacing = DayPacing.standard
    /// This gym's part of a budget that it shares with others.
    package var weight = 1
    /// The OAuth client whose budget the calls count in, by its id. Nil: the key has a budget of its own. Without a key, the
    /// client is what lets the calls in.
    package var client: String?
    /// Tells the client's settings of a gym without a key from others. Not to be shown.
    var clientMark: [UInt8] = []
}

/// An OAuth client: one budget for all gyms that name it, whatever their accounts.
package struct KeapClientConfiguration: Sendable {
    package var id: String
    package var ceiling = CallLimits()
    package var pacing = DayPacing.standard
    /// Nil: its gyms have keys, which count as the client's.
    package var oauth: OAuthClientConfiguration?
}

/// An app as it is registered with Keap.
package struct OAuthClientConfiguration: Equatable, Sendable {
    package var clientID: String
    package var clientSecret: Secret
    /// Where owners' browsers are sent after their consent.
    package var redirectURI: String
    package var authorizeURL = Self.defaultAuthorizeURL
    /// The token endpoint: where it lives, and the parts of its path, percent-encoded.
    package var tokenSite: KeapSite
    package var tokenPath: [String]

    static let defaultAuthorizeURL = "https://accounts.infusionsoft.com/app/oauth/authorize"
    static let defaultTokenURL = "https://api.infusionsoft.com/token"
}
