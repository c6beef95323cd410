import Connectors
import DurableQueue
import EmbeddedHTTP

/// Lists jobs, explains them, and does with them what an operator asks for.
extension AdminRoutes {
    func jobs(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: ["gym", "state", "limit", "before", "after"])
        var query = JobQuery()
        query.tenant = given["gym"].map { TenantID(rawValue: $0) }
        if let word = given["state"] {
            guard let state = JobState.Name(rawValue: word) else {
                let known = JobState.Name.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(400, "there is no state “\(word)”; the states are \(known)")
            }
            query.state = state
        }
        if let limit = try given.limit() { query.limit = limit }
        query.before = try given.read("before", "a job") { JobID($0) }
        query.after = try given.read("after", "a job") { JobID($0) }
        return Reply.json(200, await queue.jobs(query).map { answer($0) })
    }

    func finished(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: ["after", "limit"])
        let after = try given.read("after", "the next of the page before") { UInt64($0) }
        let page = await queue.finished(after: after, limit: try given.limit() ?? 1_000)
        return Reply.json(200, FinishedAnswer(page) { answer($0) })
    }

    private func answer(_ job: JobView, person: String? = nil) -> JobAnswer {
        let gym = gyms[job.tenant.rawValue]
        return JobAnswer(job, person: person, isConfigured: gym != nil, closed: gym?.closed)
    }

    func explain(_ text: String) async throws -> HTTPAnswer {
        guard let id = JobID(text), await queue.hasAccepted(id) else { throw Refusal(404, "there is no job “\(text)”") }
        // It may end between the two questions; then both are asked again.
        for _ in 0..<3 {
            guard let explanation = try? await queue.explain(id), let job = await queue.job(id) else { continue }
            let gym = gyms[job.tenant.rawValue]
            let remedy: Remedy = job.state == .dead ? try await self.remedy(for: job) : .retry
            let story = JobExplanation(
                explanation, gym: job.tenant.rawValue, wait: gym?.wait(of: explanation.runner ?? id),
                closed: gym?.closed,
                obstacle: await gym?.obstacle(
                    job.urgency, behind: explanation.runsBefore, among: gyms, await queue.counts()),
                remedy: remedy, now: queue.now)
            return Reply.json(200, ExplanationAnswer(job, story, person: await person(of: job)))
        }
        throw Refusal(404, "job \(id) was discarded, or finished so long ago that nothing is remembered of it")
    }

    func retryAll(_ request: HTTPRequest) async throws -> HTTPAnswer {
        var query = JobQuery()
        query.state = .dead
        (query.limit, query.after) = (1_000, JobID(rawValue: 0))
        if let id = try QueryParameters(request.query, known: ["gym"])["gym"] { query.tenant = try gym(id).id.tenant }
        var (retried, left) = (0, 0)
        // Oldest first: two messages that could not be placed keep the order in which they came. Page by page, and each
        // once, however many there are and whatever becomes of them meanwhile.
        while true {
            let page = await queue.jobs(query)
            guard let last = page.last else { break }
            for job in page {
                do {
                    try await retry(job)
                    retried += 1
                } catch let error as QueueError where error.status == 503 {
                    throw error
                } catch {
                    left += 1  // still not to be placed, or taken care of meanwhile
                }
            }
            query.after = last.id
        }
        return Reply.json(200, ["retried": retried, "left": left])
    }

    /// Reads the message again, so that one that could not be placed gets its lane when the mapping was mended.
    private func retry(_ job: JobView) async throws {
        guard job.state == .dead else { throw QueueError.notNow(job.id, job.state.name) }
        guard job.lane == nil else { return try await queue.retry(job.id) }
        guard let gym = gyms[job.tenant.rawValue] else {
            throw Refusal(409, "gym \(job.tenant.rawValue) is not in the configuration")
        }
        switch gym.read(try await queue.payload(of: job.id)) {
        case .success(let change): try await queue.retry(job.id, keys: change.laneKeys)
        case .failure(let problem): throw Refusal(409, problem.sentence)
        }
    }

    func one(_ text: String) async throws -> HTTPAnswer {
        let job = try await job(text)
        return Reply.json(200, answer(job, person: await person(of: job)))
    }

    func retry(_ text: String) async throws -> HTTPAnswer {
        try await retry(try await job(text))
        return Reply.json(200, ["job": text])
    }

    func discard(_ text: String) async throws -> HTTPAnswer {
        let job = try await job(text)
        guard job.finishedAt == nil || job.state == .dead else { throw QueueError.notNow(job.id, job.state.name) }
        try await queue.discard(job.id)
        return Reply.json(200, ["job": text])
    }

    private func job(_ text: String) async throws(Refusal) -> JobView {
        guard let id = JobID(text), let job = await queue.job(id) else {
            throw Refusal(404, "there is no job “\(text)”, or it was finished long ago")
        }
        return job
    }
}
