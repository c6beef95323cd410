import ContactSync
import Foundation
import LockstepHTTP
import LockstepJournal
import LockstepPool
import ZenPlanner

/// The operator's door: health, metrics, and what the commands ask.
struct AdminRoutes: Sendable {
    let gyms: Gyms
    let accounts: [KeapAccount]
    let queue: JobQueue
    let journal: Journal
    let intake: IntakeCounters
    let token: Secret?

    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        // Health is for load balancers, which have no token; it tells nothing but a word.
        switch (request.method, request.path) {
        case ("GET", ["healthz"]), ("HEAD", ["healthz"]): return health()
        case ("GET", ["readyz"]), ("HEAD", ["readyz"]): return await readiness()
        default: break
        }
        if let token, !isSameSecret(request.headers["Authorization"] ?? "", "Bearer \(token.text)") {
            return Reply.error(401, "the admin token is missing or wrong", headers: ["WWW-Authenticate": "Bearer"])
        }
        // A page that the operator's browser has open must not be able to give orders here.
        if request.method == "POST", request.headers["Origin"] != nil {
            return Reply.error(403, "requests from web pages are refused")
        }
        switch (request.method, request.path) {
        case ("GET", ["metrics"]):
            let page = await MetricsPage(gyms: gyms, accounts: accounts, queue: queue, journal: journal, intake: intake)
            return Reply.text(200, page.text, type: "text/plain; version=0.0.4; charset=utf-8")
        case ("GET", ["api", "jobs"]): return await jobs(request)
        case ("GET", let path) where path.count == 3 && path.starts(with: ["api", "jobs"]): return await job(path[2])
        case ("POST", ["api", "retry"]): return await retryAll(request)
        case ("POST", let path) where path.count == 4 && path.starts(with: ["api", "jobs"]):
            return await act(path[3], on: path[2])
        case ("GET", ["api", "gyms"]): return await gymList()
        case ("GET", ["api", "attention"]): return attention()
        case ("POST", let path) where path.count >= 4 && path.starts(with: ["api", "gyms"]):
            return await gymAction(request, path)
        default: return unknown(request)
        }
    }

    private func unknown(_ request: HTTPRequest) -> HTTPAnswer {
        let readable: Set<[String]> = [
            ["healthz"], ["readyz"], ["metrics"], ["api", "jobs"], ["api", "gyms"], ["api", "attention"],
        ]
        if readable.contains(request.path) { return Reply.methodNotAllowed("GET") }
        return Reply.error(
            404, "there is nothing here; try /healthz, /readyz, /metrics, /api/jobs, /api/gyms or /api/attention")
    }

    // MARK: Health

    private func health() -> HTTPAnswer {
        if let reason = journal.stats().poisoned {
            return Reply.json(503, ["status": "failed", "reason": "the journal cannot be written: \(reason)"])
        }
        return Reply.json(200, ["status": "ok"])
    }

    private func readiness() async -> HTTPAnswer {
        if journal.stats().poisoned != nil { return Reply.json(503, ["status": "failed"]) }
        return await queue.isAccepting
            ? Reply.json(200, ["status": "ready"]) : Reply.json(503, ["status": "not accepting"])
    }

    // MARK: Jobs

    private func jobs(_ request: HTTPRequest) async -> HTTPAnswer {
        var query = JobQuery()
        for (name, value) in request.query {
            switch name {
            case "gym": query.tenant = TenantID(rawValue: value)
            case "state":
                guard let state = JobState.Name(rawValue: value) else {
                    let known = JobState.Name.allCases.map(\.rawValue).joined(separator: ", ")
                    return Reply.error(400, "there is no state “\(value)”; the states are \(known)")
                }
                query.state = state
            case "limit":
                guard let limit = Int(value), (1...10_000).contains(limit) else {
                    return Reply.error(400, "limit takes a whole number from 1 to 10000, not “\(value)”")
                }
                query.limit = limit
            default: return Reply.error(400, "there is no parameter “\(name)”; known are gym, state and limit")
            }
        }
        return Reply.json(200, await queue.jobs(query).map(JobAnswer.init))
    }

    private func job(_ id: String) async -> HTTPAnswer {
        guard let id = JobID(id), let job = await queue.job(id) else { return noJob(id) }
        return Reply.json(200, JobAnswer(job))
    }

    private func noJob(_ id: String) -> HTTPAnswer {
        Reply.error(404, "there is no job “\(id)”, or it was finished long ago")
    }

    private func act(_ verb: String, on text: String) async -> HTTPAnswer {
        guard ["retry", "discard"].contains(verb) else {
            return Reply.error(404, "a job can be retried or discarded, not “\(verb)”")
        }
        guard let id = JobID(text), let job = await queue.job(id) else { return noJob(text) }
        do {
            if verb == "retry" { try await retry(job) } else { try await queue.discard(id) }
        } catch let error as QueueError {
            return Reply.error(409, error.description)
        } catch {
            return Reply.error(409, "\(error)")
        }
        return Reply.json(200, ["job": text])
    }

    private func retryAll(_ request: HTTPRequest) async -> HTTPAnswer {
        var query = JobQuery()
        query.state = .dead
        query.limit = .max
        if let gym = request.query.first(where: { $0.name == "gym" })?.value {
            guard gyms[gym] != nil else { return Reply.error(404, "there is no gym “\(gym)”") }
            query.tenant = TenantID(rawValue: gym)
        }
        var retried = 0
        // Oldest first: two messages that could not be placed keep the order in which they came.
        for job in await queue.jobs(query).sorted(by: { $0.id < $1.id }) {
            do {
                try await retry(job)
                retried += 1
            } catch { continue }  // retried or discarded by somebody else meanwhile
        }
        return Reply.json(200, ["retried": retried])
    }

    /// Reads the message again, so that one that could not be placed gets its lane when the mapping was mended.
    private func retry(_ job: JobView) async throws {
        guard job.lane == nil else { return try await queue.retry(job.id) }
        guard let gym = gyms[job.tenant.rawValue] else {
            throw QueueRefusal("gym \(job.tenant.rawValue) is not in the configuration")
        }
        switch gym.read(try await queue.payload(of: job.id)) {
        case .success(let change): try await queue.retry(job.id, keys: LaneKeys.keys(of: change))
        case .failure(let problem): throw QueueRefusal(problem.sentence)
        }
    }

    private struct QueueRefusal: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    // MARK: Gyms

    private func gymList() async -> HTTPAnswer {
        var answers: [GymAnswer] = []
        let counts = await queue.counts()
        for gym in gyms.all {
            answers.append(await GymAnswer(gym, counts.tenants[gym.id.tenant] ?? TenantCounts()))
        }
        return Reply.json(200, answers)
    }

    private func attention() -> HTTPAnswer {
        Reply.json(200, gyms.all.flatMap { gym in gym.attention.all.map { AttentionAnswer($0, gym: gym.id) } })
    }

    private func gymAction(_ request: HTTPRequest, _ path: [String]) async -> HTTPAnswer {
        guard let gym = gyms[path[2]] else { return Reply.error(404, "there is no gym “\(path[2])”") }
        do {
            switch Array(path[3...]) {
            case ["programs"]: return await program(request, of: gym)
            case ["pause"]: try await queue.pause(gym.id.tenant)
            case ["resume"]: try await queue.resume(gym.id.tenant)
            case ["lanes", path[path.count - 2], "pause"]: try await pause(true, lane: path[4], of: gym)
            case ["lanes", path[path.count - 2], "resume"]: try await pause(false, lane: path[4], of: gym)
            default: return Reply.error(404, "a gym can be paused and resumed, and so can its lanes/LANE")
            }
        } catch let error as QueueError {
            return Reply.error(409, error.description)
        } catch {
            return Reply.error(404, "\(error)")
        }
        return Reply.json(200, ["gym": gym.id.description])
    }

    private func pause(_ pause: Bool, lane text: String, of gym: Gym) async throws {
        guard let lane = LaneID(text) else { throw QueueRefusal("there is no lane “\(text)”") }
        if pause {
            try await queue.pause(lane, of: gym.id.tenant)
        } else {
            try await queue.resume(lane, of: gym.id.tenant)
        }
    }

    /// A program's renaming or end, as the commands send it: the same message that the web hook takes.
    private func program(_ request: HTTPRequest, of gym: Gym) async -> HTTPAnswer {
        let message = StoredMessage(
            source: .zenPlanner, contentType: request.headers["Content-Type"], body: request.body)
        do {
            let reading = try ZenPlannerReader().read(contentType: message.contentType, body: message.body)
            guard case .change(.program, _) = reading else {
                return Reply.error(
                    400, "send event=program.renamed or event=program.deleted, with the program's id or names")
            }
            return await Acceptance.enqueue(message, reading, of: gym, into: queue)
        } catch {
            switch error {
            case .unsupportedMediaType(let sentence): return Reply.error(415, sentence)
            case .undecodable(let sentence): return Reply.error(400, sentence)
            }
        }
    }
}
