/// The options of a simulated Keap. Defaults follow what is documented or was seen.
///
/// Where nothing is known, they take the side that is harder on a client.
package struct WorldOptions: Sendable {
    package var accounts: [AccountSetup] = []
    /// Gives every key that was never seen an account of its own, with `limits`.
    package var acceptsAnyKey = false
    /// For accounts that name none.
    package var limits = SimulatedLimits.key
    /// For OAuth clients.
    package var clientLimits = SimulatedLimits.oauth
    package var counting = Counting.rolling
    /// Whether a request that was refused for being over a limit counts in the windows all the same.
    package var refusedRequestsCount = false
    package var quirks = Quirks()
    package var oauth = OAuthOptions()
    /// Rules that hold from the beginning.
    package var faults: [FaultRule] = []
    /// Time that each answer takes, drawn evenly.
    package var latencyInMilliseconds: ClosedRange<Int> = 0...0
    /// Labels of custom fields that identify a person: no two contacts should have the same content in one.
    package var identifyingFields: Set<String> = ["Zen Planner ID"]
    /// Finished requests that the audit remembers one by one; older ones stay in its counts.
    package var rememberedRequests = 100_000
    /// Events that the audit remembers for one contact.
    package var rememberedEventsPerContact = 1_000
    package var seed: UInt64 = 1

    package init() {}
}

/// One key and the Keap account it opens. Two keys with one app name share the account, its quota and its minute, but
/// each has a second of its own, as Keap does it.
package struct AccountSetup: Sendable {
    package var key: String
    /// Such as `ab103.infusionsoft.com`.
    package var appName: String
    package var limits: SimulatedLimits?
    /// The OAuth client that the key is a token of. All accounts of one client share its second, minute and day; only
    /// the tenant's windows are the account's own.
    package var client: String?
    /// Beside user 1.
    package var users: [User]
    /// Some editions of Keap have none.
    package var hasAppointments: Bool
    /// Of all its prices.
    package var currency: String

    package init(
        key: String, appName: String, limits: SimulatedLimits? = nil, client: String? = nil, users: [User] = [],
        hasAppointments: Bool = true, currency: String = "USD"
    ) {
        self.key = key
        self.appName = appName
        self.limits = limits
        self.client = client
        self.users = users
        self.hasAppointments = hasAppointments
        self.currency = currency
    }
}

/// Behaviours that differ between reports, or that are not documented.
package struct Quirks: Hashable, Sendable {
    /// The answer to creating a tag under a name that exists.
    package var repeatedTagName = RepeatedName.refused(status: 400)
    package var repeatedCategoryName = RepeatedName.refused(status: 400)
    package var commasInTagNames = true
    /// Whether a property that the documentation does not list is refused or passed over.
    package var refusesUnknownProperties = true
    package var emptyText = Clearing.clears
    package var nullValue = Clearing.clears
    /// A scalar that the mask names and the body does not carry.
    package var maskedButAbsent = Clearing.ignored
    /// Lists of a v2 upsert that meets an existing contact.
    package var upsertedLists = UpsertedLists.replaced
    package var tagAnswersInV1 = TagAnswersInV1.map
    /// A contact that is unknown, named in the path of v1's tag calls: per item inside a 200, or a 404.
    package var unknownContactIsAnItem = true
    /// Most contacts (or tags) that one tag call may name.
    package var mostItemsPerTagCall: Int? = 100
    package var checksEmailAddresses = false
    /// The documents name no id in an appointment, though every change of one needs it.
    package var appointmentsTellTheirIDs = true
    /// The answer of an edition without appointments.
    package var noAppointments = 403
    /// Names of tags, categories, fields and records come back with HTML's escapes, as `Kids &amp; Teens`.
    package var escapesNames = false
    /// v1 lists carry a `next` even on the last page.
    package var nextOnLastPage = true
    /// Some v2 lists give a whole address as the token of the next page.
    package var pageTokensAreAddresses = false
    package var defaultPageSize = 1000
    /// How long a new contact stays hidden from searches (not from reading it by its id, nor from duplicate checks).
    package var searchLagInMilliseconds: Int64 = 0
    /// Seconds to put into a `Retry-After` header of a 429; it has been seen with and without.
    package var retryAfter: Int?

    package enum RepeatedName: Hashable, Sendable {
        case refused(status: Int)
        case accepted
    }

    package enum Clearing: Hashable, Sendable { case clears, ignored, refused }
    /// `replaced`: a list that the body carries. `wiped`: also every list that it does not carry. `merged`: by slot.
    package enum UpsertedLists: Hashable, Sendable { case replaced, wiped, merged }
    package enum TagAnswersInV1: Hashable, Sendable { case map, mapOfObjects, entries }

    package init() {}
}
