extension MogulWorld {
    /// The options of a simulated ChartMogul. Defaults follow what is documented or was seen.
    ///
    /// Where nothing is known, they take the side that is harder on a client.
    package struct Options: Sendable {
        package var accounts: [AccountSetup] = []
        /// Gives every key that was never seen an account of its own.
        package var acceptsAnyKey = false
        /// The settings of those.
        package var newAccounts = AccountSetup(key: "")
        /// Requests in any rolling second, for each account; nil for any number.
        package var perSecond: Int? = 40
        /// Requests at once, for each account; nil for any number.
        package var atOnce: Int? = 20
        package var quirks = Quirks()
        /// Rules that hold from the beginning.
        package var faults: [Fault] = []
        /// Time that each answer takes, drawn evenly.
        package var latencyInMilliseconds: ClosedRange<Int> = 0...0
        /// Finished requests that the audit remembers one by one; older ones stay in its counts.
        package var rememberedRequests = 10_000
        package var seed: UInt64 = 1

        package init() {}
    }

    /// One key and the account it opens. Two keys with one name share the account.
    package struct AccountSetup: Hashable, Sendable {
        package var key: String
        package var name: String
        /// ISO 4217.
        package var currency = "USD"
        package var timeZone = "Etc/UTC"
        /// Whether `trial` is a type of line item: accounts since about October 2025 have it.
        package var takesTrialLines = true
        /// Days after which an unpaid subscription churns by itself, as data sources report it; nil for never. It is told,
        /// not done: no invoice ages here.
        package var autoChurnDays: Int?
        /// When a cancelled subscription counts as lost, as the account tells it. Told, not done: here it is the date of the
        /// cancellation.
        package var churnRecognition = "churn_at_time_of_cancelation"

        package init(key: String, name: String? = nil) {
            self.key = key
            self.name = name ?? key
        }

        /// The same settings for another key.
        package func account(key: String) -> AccountSetup {
            var setup = self
            (setup.key, setup.name) = (key, key)
            return setup
        }
    }

    /// Behaviours that are not documented, or that differ between accounts.
    package struct Quirks: Hashable, Sendable {
        /// How long after its 202 a merge takes effect.
        package var mergeLagInMilliseconds: Int64 = 1_000
        /// How long a new customer or plan answers 404 to being read or used.
        package var creationLagInMilliseconds: Int64 = 0
        /// The status if no invoice of a request was taken: 422, or a 201 whose every object has errors.
        package var statusOfNoInvoice = 422
        package var invalidEmail = InvalidEmail.refused
        package var repeatedSourceName = RepeatedName.accepted
        /// `GET /v1/customers?external_id=` passes over a `data_source_uuid` beside it.
        package var ignoresSourceOfCustomers = false
        /// Whether a scheduled cancellation ends the subscription by itself when its day comes.
        package var scheduledCancellationsTakeEffect = false

        package enum InvalidEmail: Hashable, Sendable { case refused, dropped }
        package enum RepeatedName: Hashable, Sendable { case refused, accepted }

        package init() {}
    }
}
