import ConfigurationReading
import Foundation
import EmbeddedHTTP

extension AdminRoutes {
    /// The notes of all gyms or of one, the oldest first, a page at a time. A `Link` header names the next page, as web
    /// links do (RFC 8288).
    func attention(_ request: HTTPRequest) throws(Refusal) -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: ["gym", "limit", "after"])
        let chosen = try given["gym"].map { id throws(Refusal) in [try gym(id)] } ?? gyms.all
        let limit = try given.limit() ?? 1_000
        let after = try given.read(
            "after", "what the Link header of the page before holds"
        ) { AttentionPosition($0) }
        let entries = chosen.flatMap { gym in
            gym.attention.all.map { (position: AttentionPosition($0, gym: gym.id), entry: $0, gym: gym.id) }
        }.sorted { $0.position < $1.position }
        var answers: [AttentionAnswer] = []
        var last: AttentionPosition?
        var hasMore = false
        for (position, entry, gym) in entries {
            if let after, position <= after { continue }
            // An entry's notes stay together, so that the next page begins with another entry.
            if answers.count >= limit {
                hasMore = true
                break
            }
            answers += AttentionAnswer.all(of: entry, gym: gym)
            last = position
        }
        var headers: HTTPHeaders = [:]
        if hasMore, let last {
            var query = "limit=\(limit)&after=\(last)"
            if chosen.count == 1, let gym = chosen.first { query += "&gym=\(gym.id)" }
            headers["Link"] = "</api/attention?\(query)>; rel=\"next\""
        }
        return Reply.json(200, answers, headers: headers)
    }
}

/// Where an entry stands among all: by time, then gym and lane.
struct AttentionPosition: Comparable, CustomStringConvertible {
    private var at: Int64
    private var gym: String
    private var lane: String

    init(_ entry: Attention.Entry, gym: GymID) {
        at = entry.at
        self.gym = gym.description
        lane = entry.lane
    }

    /// Reads what `description` writes.
    init?(_ text: String) {
        let parts = text.split(separator: "~", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let at = Int64(parts[0]) else { return nil }
        self.at = at
        gym = String(parts[1])
        guard let lane = String(parts[2]).removingPercentEncoding else { return nil }
        self.lane = lane
    }

    var description: String { "\(at)~\(gym)~\(lane.inQuery)" }

    static func < (a: AttentionPosition, b: AttentionPosition) -> Bool {
        (a.at, a.gym, a.lane) < (b.at, b.gym, b.lane)
    }
}
