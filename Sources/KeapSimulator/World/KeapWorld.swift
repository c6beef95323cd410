import SeededRandom

/// A whole simulated Keap: accounts, limits, faults and the audit, as one value.
///
/// It answers a request at an instant and depends on nothing else, so that a day passes in seconds and the same seed
/// gives the same day. Requests must come with instants that do not go back; one that does is taken for the latest.
package struct KeapWorld: Sendable {
    package private(set) var options: WorldOptions
    /// By app name.
    package internal(set) var accounts: [String: Account] = [:]
    /// The windows that the accounts of each OAuth client share.
    private var clients: [String: Throttle] = [:]
    package private(set) var audit: Audit
    package var faults = FaultBook()
    var oauth: OAuthDesk

    private var appNames: [String: String] = [:]  // by key
    var generator: SeededGenerator
    private var lastNumber = 0
    private var latest = WorldTime(nanoseconds: 0)

    // A caller who invents keys must not fill the memory.
    private static let mostAccounts = 10_000

    package init(_ options: WorldOptions = WorldOptions()) {
        self.options = options
        audit = Audit(remembered: options.rememberedRequests)
        generator = SeededGenerator(seed: options.seed)
        oauth = OAuthDesk(options.oauth)
        for setup in options.accounts { add(setup) }
        for client in options.oauth.clients {
            for name in client.accounts { open(AccountSetup(key: "", appName: name, client: client.id)) }
        }
        for rule in options.faults { faults.add(rule) }
    }

    /// Resets the world. Requests that are under way end without being counted.
    package mutating func reset() {
        let number = lastNumber
        self = KeapWorld(options)
        lastNumber = number
    }

    package mutating func add(_ setup: AccountSetup) {
        appNames[setup.key] = setup.appName
        open(setup)
    }

    private mutating func open(_ setup: AccountSetup) {
        if let client = setup.client, clients[client] == nil {
            clients[client] = Throttle(
                limits: options.clientLimits, counting: options.counting,
                refusedRequestsCount: options.refusedRequestsCount)
        }
        if accounts[setup.appName] == nil { accounts[setup.appName] = Account(setup, options: options) }
    }

    /// The app name of an account, found by a key of it or by the name itself.
    package func appName(of keyOrName: String) -> String? {
        appNames[keyOrName] ?? (accounts[keyOrName] == nil ? nil : keyOrName)
    }

    /// Answers a request at once, without delay.
    package mutating func answer(_ request: SimRequest, at instant: WorldTime) -> SimAnswer {
        let (number, answer) = begin(request, at: instant)
        end(number, answer.delivery == .reset ? .reset : .answered, at: instant)
        return answer
    }

    /// Begins a request and performs it. It stays in flight until `end`. One that is no call of the API has the number 0.
    package mutating func begin(_ request: SimRequest, at instant: WorldTime) -> (number: Int, answer: SimAnswer) {
        latest = max(latest, instant)
        if let route = OAuthRoute(request) { return (0, answer(request, at: route, now: latest)) }
        lastNumber += 1
        let arrival = Arrival(request, number: lastNumber, at: latest)
        let access = arrival.key.map { oauth.grants.check(access: $0, at: latest) } ?? .unknown
        let key = arrival.key.flatMap { key in access.isOpen || access == .unknown && isKnown(key) ? key : nil }
        let appName = access.account ?? key.flatMap { appNames[$0] } ?? ""
        audit.begin(arrival.audited(account: appName), arrival.mentions)

        var decision = AuditedRequest.Decision(status: 0)
        var answer: SimAnswer
        if let key {
            answer = decide(arrival, key: key, appName: appName, &decision)
        } else {
            // The gateway authenticates before it routes, so that even an unknown path is first of all a 401.
            answer = access == .expired ? Gateway.expired : Gateway.unauthorized(tokenGiven: arrival.key != nil)
            answer.headers += LimitHeaders.unknownCaller
        }
        answer.headers.append(("x-request-id", "sim-\(lastNumber)"))
        if answer.delivery == .atOnce, options.latencyInMilliseconds.upperBound > 0 {
            answer.delivery = .after(
                milliseconds: Int.random(in: options.latencyInMilliseconds, using: &generator))
        }
        decision.status = answer.status
        audit.decided(lastNumber, decision)
        return (lastNumber, answer)
    }

    package mutating func end(_ number: Int, _ ending: AuditedRequest.Ending, at instant: WorldTime) {
        latest = max(latest, instant)
        audit.end(number, ending, at: latest)
    }

    private mutating func isKnown(_ key: String) -> Bool {
        if appNames[key] != nil { return true }
        guard options.acceptsAnyKey, accounts.count < KeapWorld.mostAccounts else { return false }
        add(AccountSetup(key: key, appName: "sim\(accounts.count + 1).infusionsoft.com"))
        return true
    }

    private mutating func decide(
        _ arrival: Arrival, key: String, appName: String, _ decision: inout AuditedRequest.Decision
    ) -> SimAnswer {
        guard accounts[appName] != nil else { preconditionFailure("Every key belongs to an account.") }
        decision.overran = admit(key: key, appName)
        var exhausted: LimitWindow?
        var answer: SimAnswer
        if !decision.overran.isEmpty {
            answer = Gateway.throttled
        } else if let fault = fault(for: arrival, appName) {
            decision.fault = fault.number
            if case .throttle(let window) = fault.action { exhausted = window }
            answer = play(fault.action, arrival, appName)
        } else {
            answer = accounts[appName]!.perform(arrival.route, arrival.act, version: arrival.version)
        }
        if answer.status == 429, let seconds = options.quirks.retryAfter {
            answer.headers.append(("Retry-After", String(seconds)))
        }
        answer.headers += headers(key: key, appName, exhausted: exhausted)
        return answer
    }

    /// Counts a request where all of its limits let it pass; else names those that do not.
    private mutating func admit(key: String, _ appName: String) -> [LimitWindow] {
        guard let client = accounts[appName]!.client else {
            return accounts[appName]!.throttle.admit(key: key, at: latest)
        }
        // A client's second is one for all of its tokens.
        let full =
            clients[client]!.full(key: client, at: latest) + accounts[appName]!.throttle.full(key: key, at: latest)
        clients[client]!.arrived(key: client, isRefused: !full.isEmpty, at: latest)
        accounts[appName]!.throttle.arrived(key: key, isRefused: !full.isEmpty, at: latest)
        return full
    }

    private mutating func headers(
        key: String, _ appName: String, exhausted: LimitWindow?
    ) -> [(name: String, value: String)] {
        guard let client = accounts[appName]!.client else {
            return LimitHeaders(
                of: &accounts[appName]!.throttle, key: key, tenant: appName, at: latest, exhausted: exhausted
            ).fields
        }
        return LimitHeaders(
            product: &clients[client]!, account: &accounts[appName]!.throttle, key: client, tenant: appName,
            at: latest, exhausted: exhausted
        ).fields
    }

    /// The most requests of an OAuth client that ever arrived in one second, minute, day, refused or not.
    package func peaks(ofClient client: String) -> [LimitWindow: Int] { clients[client]?.peaks ?? [:] }
    /// Its requests that were over one of its own limits.
    package func overruns(ofClient client: String) -> [LimitWindow: Int] { clients[client]?.overruns ?? [:] }

    private mutating func fault(for arrival: Arrival, _ appName: String) -> (number: Int, action: FaultAction)? {
        guard !faults.entries.isEmpty, let account = accounts[appName] else { return nil }
        let subject = FaultBook.Subject(
            account: appName, method: arrival.act.request.method, path: arrival.pathFromVersion,
            mentions: arrival.mentions
        ) { email in
            let wanted = folded(email)
            let texts =
                [String(decoding: arrival.act.request.body, as: UTF8.self)]
                + arrival.act.request.query.map(\.value)
            return texts.contains { $0.lowercased().contains(wanted) }
                || !account.contacts(withEmail: email).isDisjoint(with: arrival.mentions.contacts)
        }
        return faults.meet(subject, at: latest, using: &generator)
    }

    private mutating func play(_ action: FaultAction, _ arrival: Arrival, _ appName: String) -> SimAnswer {
        let real =
            action.isDone
            ? accounts[appName]!.perform(arrival.route, arrival.act, version: arrival.version)
            : SimAnswer(status: 0)
        return action.answer(instead: real) { status in
            Refusal(status: status, message: "Simulated failure").answer(in: arrival.version)
        }
    }
}
