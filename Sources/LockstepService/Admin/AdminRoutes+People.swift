import DurableQueue
import ConfigurationReading
import EmbeddedHTTP
import History

/// Finds people, tells what happened to one, and erases one.
extension AdminRoutes {
    var people: PeopleFinder { PeopleFinder(gyms: gyms, queue: queue, recorder: recorder) }

    func findPeople(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: ["q", "gym", "limit", "after"])
        let gym = try given["gym"].map { id throws(Refusal) in try self.gym(id) }
        let limit = min(try given.limit() ?? 50, PeopleFinder.mostPerPage)
        let after = try given.read("after", "the next of the page before") { HistoryCursor($0) }
        guard let asked = given["q"], asked.contains(where: { !$0.isWhitespace }) else {
            throw Refusal(400, "say whom to look for: q takes a name, an e-mail address, or an id")
        }
        return Reply.json(200, await people.search(asked, gym: gym, limit: limit, after: after))
    }

    func person(_ id: String, of gym: Gym, _ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: ["limit", "before"])
        let before = try given.read("before", "a job") { UInt64($0) }
        let limit = min(try given.limit() ?? 20, PeopleFinder.mostPerPage)
        let found = try await people.person(id, of: gym, limit: limit, before: before)
        return Reply.json(200, await people.timeline(of: found, gym: gym))
    }

    /// `gym` and `person` in the query; `discard=true` discards what waits, `preview=true` erases nothing.
    func forget(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(
            request.query, known: ["gym", "person", "discard=true", "discard=false", "preview=true", "preview=false"])
        guard let id = given["gym"] else { throw Refusal(400, "name the gym: gym") }
        let gym = try self.gym(id)
        guard let person = given["person"], !person.isEmpty else { throw Refusal(400, "name the person: person") }
        let forgotten = try await people.forget(
            person, of: gym, discards: given["discard"] == "true", isPreview: given["preview"] == "true")
        if forgotten.isDone {
            log.warning("gym \(gym.id): a person was erased from what is kept, as an operator asked")
        }
        return Reply.json(200, forgotten)
    }
}
