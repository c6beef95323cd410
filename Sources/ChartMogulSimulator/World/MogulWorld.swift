import SeededRandom

/// A whole simulated ChartMogul: accounts, limits, faults and the audit, as one value.
///
/// It answers a request at an instant and depends on nothing else, so that a year passes in seconds and the same seed
/// gives the same year. An instant that goes back is taken for the latest.
package struct MogulWorld: Sendable {
    package private(set) var options: Options
    var accounts: [String: Account] = [:]  // by name
    private(set) var audit: Audit
    package var faults = FaultBook()

    private var nameOfKey: [String: String] = [:]
    private var generator: SeededGenerator
    private var lastNumber = 0
    private(set) var latest = Time(milliseconds: 0)

    // A caller who invents keys must not fill the memory.
    private static let mostAccounts = 10_000

    package init(_ options: Options = Options()) {
        self.options = options
        audit = Audit(remembered: options.rememberedRequests)
        generator = SeededGenerator(seed: options.seed)
        for setup in options.accounts { add(setup) }
        for rule in options.faults { faults.add(rule) }
    }

    /// Resets the world. Requests that are under way end without being counted.
    package mutating func reset() {
        let number = lastNumber
        self = MogulWorld(options)
        lastNumber = number
    }

    package mutating func add(_ setup: AccountSetup) {
        nameOfKey[setup.key] = setup.name
        if accounts[setup.name] == nil { accounts[setup.name] = Account(setup, options: options) }
    }

    /// The name of an account, found by a key of it or by the name itself.
    func accountName(_ keyOrName: String) -> String? {
        nameOfKey[keyOrName] ?? (accounts[keyOrName] == nil ? nil : keyOrName)
    }

    /// Answers a request at once, without delay.
    package mutating func answer(_ request: Request, at instant: Time) -> Answer {
        let (number, answer) = begin(request, at: instant)
        end(number, answer.delivery == .reset ? .reset : .answered, at: instant)
        return answer
    }

    /// Begins a request and performs it. It stays in flight until `end`.
    package mutating func begin(_ request: Request, at instant: Time) -> (number: Int, answer: Answer) {
        latest = max(latest, instant)
        lastNumber += 1
        let arrival = Arrival(request, at: latest)
        let name = BasicAuthorization.key(in: request.header("Authorization")).flatMap { known($0) }
        if let name { accounts[name]?.finishMerges(at: latest) }
        var changes = false
        if case .endpoint(let endpoint, _) = arrival.route { changes = endpoint.changes }
        audit.begin(
            AuditedRequest(
                number: lastNumber, account: name ?? "", method: request.method,
                path: "/" + request.path.joined(separator: "/"), endpoint: arrival.endpointName, arrived: latest),
            name.flatMap { accounts[$0] }.map { Mentions(arrival, $0) } ?? Mentions(), changes: changes)
        var fault: Int?
        var answer = name.map { decide(arrival, $0, &fault) } ?? Gateway.unauthorized
        answer.headers.append(("x-request-id", "sim-\(lastNumber)"))
        if answer.delivery == .atOnce, options.latencyInMilliseconds.upperBound > 0 {
            answer.delivery = .after(milliseconds: Int.random(in: options.latencyInMilliseconds, using: &generator))
        }
        audit.decided(lastNumber, status: answer.status, fault: fault)
        return (lastNumber, answer)
    }

    package mutating func end(_ number: Int, _ ending: Ending, at instant: Time) {
        latest = max(latest, instant)
        if let name = audit.end(number, ending, at: latest) { accounts[name]?.throttle.end() }
    }

    private mutating func known(_ key: String) -> String? {
        if let name = nameOfKey[key] { return name }
        guard options.acceptsAnyKey, accounts.count < MogulWorld.mostAccounts else { return nil }
        add(options.newAccounts.account(key: key))
        return key
    }

    private mutating func decide(_ arrival: Arrival, _ name: String, _ fault: inout Int?) -> Answer {
        switch accounts[name]?.throttle.begin(at: latest) {
        case .tooFast: return Gateway.tooFast
        case .tooMany: return Gateway.tooMany
        case .passed, nil: break
        }
        guard let met = faults.meet(arrival.request, account: name, at: latest, using: &generator) else {
            return perform(arrival, name)
        }
        fault = met.number
        return met.action.answer(instead: met.action.isDone ? perform(arrival, name) : Answer(status: 0))
    }

    private mutating func perform(_ arrival: Arrival, _ name: String) -> Answer {
        accounts[name]?.perform(arrival) ?? Gateway.unauthorized
    }
}
