package import DurableQueue

/// Which jobs an operator means. One set of names for the parameters of addresses, the console and the options of commands.
package struct JobFilter: Equatable, Sendable {
    package var state: JobState.Name?
    package var gym: String?
    /// What a job's person, reason or number must hold, whatever its case and accents.
    package var text: String?
    /// An id in Zen Planner, Keap or OnceHub, or an e-mail address.
    package var person: String?
    package var lane: LaneID?
    /// Accepted at this time or later, in milliseconds since 1970.
    package var from: Int64?
    /// Accepted before this time.
    package var to: Int64?

    package init() {}

    package static let names = ["state", "gym", "text", "person", "lane", "from", "to"]

    /// - Parameter now: milliseconds since 1970, for times such as `2h`.
    init(_ given: QueryParameters, now: Int64) throws(AdminRoutes.Refusal) {
        if let word = given["state"], !word.isEmpty {
            guard let state = JobState.Name(rawValue: word) else {
                let known = JobState.Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw .init(400, "there is no state “\(word)”; the states are \(known)")
            }
            self.state = state
        }
        gym = given.text("gym")
        text = given.text("text")
        person = given.text("person")
        lane = try given.readText("lane", "a lane's number") { LaneID($0) }
        from = try given.readText("from", WrittenTime.rule) { WrittenTime.milliseconds($0, now: now) }
        to = try given.readText("to", WrittenTime.rule) { WrittenTime.milliseconds($0, now: now) }
    }

    /// What an address says to mean the same jobs, also later.
    package var parameters: [(name: String, value: String)] {
        let values = [
            state?.rawValue, gym, text, person, lane?.description, from.map(WrittenTime.text), to.map(WrittenTime.text),
        ]
        return zip(Self.names, values).compactMap { name, value in value.map { (name, $0) } }
    }

    /// The part that the queue itself can tell; the rest is told by messages.
    var query: JobQuery {
        var query = JobQuery()
        query.state = state
        query.tenant = gym.map { TenantID(rawValue: $0) }
        query.lanes = lane.map { [$0] }
        (query.acceptedFrom, query.acceptedBefore) = (from, to)
        return query
    }
}

extension QueryParameters {
    /// Nil also for an empty text: a form sends its empty fields too.
    fileprivate func text(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

    fileprivate func readText<Value>(
        _ name: String, _ rule: String, _ parse: (String) -> Value?
    ) throws(AdminRoutes.Refusal) -> Value? {
        text(name) == nil ? nil : try read(name, rule, parse)
    }
}
