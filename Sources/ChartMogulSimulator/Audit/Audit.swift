/// Records every request of clients with its beginning and end, and what was wrong about how they came.
struct Audit: Sendable {
    /// The newest requests, oldest first; at least `remembered` of them, at most twice as many.
    private(set) var requests: [AuditedRequest] = []
    private(set) var total = 0
    private(set) var callsByEndpoint: [String: Int] = [:]
    private(set) var callsByAccount: [String: Int] = [:]
    private(set) var callsByStatus: [Int: Int] = [:]
    private(set) var mostInFlight = 0
    /// Pairs of requests in flight at once that named one customer or subscription, one of them at least to change it.
    private(set) var overlapCount = 0
    private(set) var overlaps: [Overlap] = []

    private let remembered: Int
    private var inFlight: [Int: Flight] = [:]

    private struct Flight: Sendable {
        var account: String
        var mentions: Mentions
        var changes: Bool
    }

    struct Overlap: Hashable, Sendable {
        var account: String
        var subject: String
        var earlier: Int
        var later: Int
    }

    private static let mostOverlaps = 1_000

    init(remembered: Int) { self.remembered = max(1, remembered) }

    var inFlightCount: Int { inFlight.count }

    /// Records that a request came in. Its number must be higher than all before.
    mutating func begin(_ request: AuditedRequest, _ mentions: Mentions, changes: Bool) {
        total += 1
        callsByEndpoint[request.endpoint, default: 0] += 1
        callsByAccount[request.account, default: 0] += 1
        for (number, flight) in inFlight.sorted(by: { $0.key < $1.key })
        where flight.account == request.account && (flight.changes || changes) {
            let common = flight.mentions.subjects.intersection(mentions.subjects)
            guard let subject = common.min() else { continue }
            overlapCount += 1
            guard overlaps.count < Audit.mostOverlaps else { continue }
            overlaps.append(
                Overlap(account: request.account, subject: subject, earlier: number, later: request.number))
        }
        inFlight[request.number] = Flight(account: request.account, mentions: mentions, changes: changes)
        mostInFlight = max(mostInFlight, inFlight.count)
        requests.append(request)
        if requests.count >= remembered * 2 { requests.removeFirst(requests.count - remembered) }
    }

    /// Records the answer that the world decided on, which may arrive later.
    mutating func decided(_ number: Int, status: Int, fault: Int?) {
        callsByStatus[status, default: 0] += 1
        change(number) {
            $0.status = status
            $0.fault = fault
        }
    }

    /// Ends a request exactly once.
    ///
    /// - Returns: The account it was for; nil for a number that is not in flight (any more).
    mutating func end(_ number: Int, _ ending: MogulWorld.Ending, at now: WorldTime) -> String? {
        guard let flight = inFlight.removeValue(forKey: number) else { return nil }
        change(number) {
            $0.ended = now
            $0.ending = ending
        }
        return flight.account
    }

    private mutating func change(_ number: Int, _ body: (inout AuditedRequest) -> Void) {
        // Numbers rise by one, but begin anywhere.
        guard let first = requests.first?.number, number >= first, number - first < requests.count else { return }
        body(&requests[number - first])
    }
}

struct AuditedRequest: Hashable, Sendable {
    var number: Int
    /// Empty for an unknown caller.
    var account: String
    var method: String
    var path: String
    /// The route, such as `GET /v1/customers/{customer}`; `unknown` for none.
    var endpoint: String
    var arrived: WorldTime
    var status: Int?
    /// The rule that interfered.
    var fault: Int?
    var ended: WorldTime?
    var ending: MogulWorld.Ending?
}

extension MogulWorld {
    package enum Ending: String, Hashable, Sendable {
        case answered
        /// The connection was reset from here.
        case reset
        /// The client went away before it was answered.
        case dropped
    }
}
