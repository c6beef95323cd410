/// Records every request of clients with its beginning and end, and every rule they broke.
package struct Audit: Sendable {
    /// The newest requests, oldest first; at least `remembered` of them, at most twice as many.
    package private(set) var requests: [AuditedRequest] = []
    package private(set) var total = 0
    package private(set) var callsByEndpoint: [String: Int] = [:]
    package private(set) var callsByAccount: [String: Int] = [:]
    package private(set) var callsByStatus: [Int: Int] = [:]
    /// Pairs of requests that were in flight at once and named one contact. The newest are forgotten beyond a bound;
    /// `violationCount` counts on.
    package private(set) var violations: [Violation] = []
    package private(set) var violationCount = 0
    package private(set) var mostInFlight = 0
    package private(set) var mostInFlightPerContact = 0

    private let remembered: Int
    private var inFlight: [Int: Flight] = [:]
    private var flightsByContact: [AccountContact: [Int]] = [:]

    private struct Flight {
        var account: String
        var mentions: Mentions
    }

    private struct AccountContact: Hashable {
        var account: String
        var contact: Int
    }

    private static let mostViolations = 1_000

    /// A client that gave up a request closes its connection and may ask anew at once. Its two connections race to us,
    /// so an overlap that ends with the older one being dropped this soon is none of the client's fault.
    package static let dropTolerance: Int64 = 250  // milliseconds

    init(remembered: Int) { self.remembered = max(1, remembered) }

    package var inFlightCount: Int { inFlight.count }
    /// Requests that were over a limit, by what they answered.
    package var throttledCount: Int { callsByStatus[429] ?? 0 }

    /// The requests that are remembered and name a contact.
    package func requests(naming contact: Int, account: String) -> [AuditedRequest] {
        requests.filter { $0.account == account && $0.contacts.contains(contact) }
    }

    /// Records that a request came in. Its number must be higher than all before.
    mutating func begin(_ request: AuditedRequest, _ mentions: Mentions) {
        total += 1
        callsByEndpoint[request.endpoint, default: 0] += 1
        callsByAccount[request.account, default: 0] += 1
        for contact in mentions.contacts {
            let key = AccountContact(account: request.account, contact: contact)
            for earlier in flightsByContact[key] ?? [] {
                guard let flight = inFlight[earlier], !flight.mentions.mayOverlap(mentions) else { continue }
                violationCount += 1
                guard violations.count < Audit.mostViolations else { continue }
                violations.append(
                    Violation(
                        account: request.account, contact: contact, earlier: earlier, later: request.number,
                        at: request.arrived))
            }
            flightsByContact[key, default: []].append(request.number)
            mostInFlightPerContact = max(mostInFlightPerContact, flightsByContact[key]?.count ?? 0)
        }
        inFlight[request.number] = Flight(account: request.account, mentions: mentions)
        mostInFlight = max(mostInFlight, inFlight.count)
        requests.append(request)
        if requests.count >= remembered * 2 { requests.removeFirst(requests.count - remembered) }
    }

    /// Records the answer that the world decided on, which may arrive later.
    mutating func decided(_ number: Int, _ decision: AuditedRequest.Decision) {
        callsByStatus[decision.status, default: 0] += 1
        change(number) { $0.decision = decision }
    }

    /// Ends a request exactly once; a number that is not in flight (any more) is passed over.
    mutating func end(_ number: Int, _ ending: AuditedRequest.Ending, at now: WorldTime) {
        guard let flight = inFlight.removeValue(forKey: number) else { return }
        for contact in flight.mentions.contacts {
            let key = AccountContact(account: flight.account, contact: contact)
            flightsByContact[key]?.removeAll { $0 == number }
            if flightsByContact[key]?.isEmpty == true { flightsByContact[key] = nil }
        }
        change(number) {
            $0.ended = now
            $0.ending = ending
        }
        if ending == .dropped {
            let kept = violations.filter { violation in
                violation.earlier != number
                    || violation.at.advanced(byMilliseconds: Audit.dropTolerance) < now
            }
            violationCount -= violations.count - kept.count
            violations = kept
        }
    }

    private mutating func change(_ number: Int, _ body: (inout AuditedRequest) -> Void) {
        // Numbers rise by one, but begin anywhere.
        guard let first = requests.first?.number, number >= first, number - first < requests.count else { return }
        body(&requests[number - first])
    }
}

/// Two requests that named one contact, in flight at once.
package struct Violation: Hashable, Sendable {
    package var account: String
    package var contact: Int
    package var earlier: Int
    package var later: Int
    package var at: WorldTime
}

package struct AuditedRequest: Hashable, Sendable {
    package var number: Int
    /// The app name; empty for an unknown caller.
    package var account: String
    package var method: String
    package var path: String
    /// The route, such as `GET /v2/contacts/{contact}`; `unknown` for none.
    package var endpoint: String
    package var contacts: [Int]
    package var tags: [Int]
    package var arrived: WorldTime
    package var decision: Decision?
    package var ended: WorldTime?
    package var ending: Ending?

    package struct Decision: Hashable, Sendable {
        package var status: Int
        /// Limits that the request was over.
        package var overran: [LimitWindow] = []
        /// The rule that interfered.
        package var fault: Int?
    }

    package enum Ending: String, Hashable, Sendable {
        case answered
        /// We reset the connection.
        case reset
        /// The client went away before it was answered.
        case dropped
    }
}
