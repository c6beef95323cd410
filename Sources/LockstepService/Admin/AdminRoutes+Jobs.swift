import Clocks
import Connectors
import DurableQueue
import EmbeddedHTTP

/// Lists jobs, explains them, and does with them what an operator asks for.
extension AdminRoutes {
    var listing: JobListing { JobListing(queue: queue, gyms: gyms) }

    /// A `Link` header names the next page, as web links do (RFC 8288).
    func jobs(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: JobFilter.names + ["limit", "before", "after"])
        let filter = try JobFilter(given, now: clock.wall.milliseconds)
        let limit = try given.limit() ?? 100
        let before = try given.read("before", "a job") { JobID($0) }
        let after = try given.read("after", "a job") { JobID($0) }
        let page = await listing.page(filter, limit: limit, before: before, after: after)
        let answers = page.rows.map { answer($0.job, person: $0.person) }
        guard let next = page.next else { return Reply.json(200, answers) }
        var parameters = filter.parameters + [("limit", "\(limit)"), (after == nil ? "before" : "after", "\(next)")]
        if after != nil, let before { parameters.append(("before", "\(before)")) }
        let query = parameters.map { "\($0.name)=\($0.value.inQuery)" }.joined(separator: "&")
        return Reply.json(200, answers, headers: ["Link": "</api/jobs?\(query)>; rel=\"next\""])
    }

    /// How many jobs fit, and the number that bounds them: what a retry or discard of all that match is given as `before`.
    func countJobs(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: JobFilter.names)
        let filter = try JobFilter(given, now: clock.wall.milliseconds)
        let bound = await bound
        return Reply.json(200, JobCountAnswer(count: await listing.count(filter, before: bound), before: "\(bound)"))
    }

    /// One more than the newest job's number.
    private var bound: JobID {
        get async {
            var query = JobQuery()
            query.limit = 1
            let newest = await queue.jobs(query).last?.id.rawValue ?? 0
            return JobID(rawValue: newest == .max ? .max : newest + 1)
        }
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
            let obstacle = await obstacle(of: job, gym, behind: explanation.runsBefore)
            let remedy: Remedy = job.state == .dead ? try await self.remedy(for: job) : .retry
            let story = JobExplanation(
                explanation, gym: job.tenant.rawValue, wait: gym?.wait(of: explanation.runner ?? id),
                closed: gym?.closed, obstacle: obstacle, remedy: remedy, peer: job.peer, now: queue.now)
            return Reply.json(200, ExplanationAnswer(job, story, person: await listing.person(of: job)))
        }
        throw Refusal(404, "job \(id) was discarded, or finished so long ago that nothing is remembered of it")
    }

    private func obstacle(of job: JobView, _ gym: Gym?, behind changes: Int) async -> WaitReason? {
        guard let gym else { return nil }
        if job.isBilled { return await billing[gym.id]?.account.obstacle(job.urgency) }
        return await gym.obstacle(job.urgency, behind: changes, among: gyms, await queue.counts())
    }

    /// All dead letters that match; see `JobSweep`.
    func retryAll(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let result = try await sweep(request, of: [.dead], "retried").retry()
        return Reply.json(200, ["retried": result.done, "left": result.left])
    }

    /// All that match of those that are dead, or of the state that is named.
    func discardAll(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let result = try await sweep(request, of: [.dead, .accepted, .waiting, .paused], "discarded").discard()
        return Reply.json(200, ["discarded": result.done, "left": result.left])
    }

    private func sweep(
        _ request: HTTPRequest, of states: [JobState.Name], _ done: String
    ) async throws -> JobSweep {
        let given = try QueryParameters(request.query, known: JobFilter.names + ["before"])
        var filter = try JobFilter(given, now: clock.wall.milliseconds)
        if let id = filter.gym, await queue.counts().tenants[TenantID(rawValue: id)] == nil { _ = try gym(id) }
        let state = filter.state ?? .dead
        guard states.contains(state) else {
            let known = states.map(\.rawValue).joined(separator: ", ")
            throw Refusal(400, "only jobs in these states can be \(done): \(known); not \(state.rawValue)")
        }
        filter.state = state
        let before = try given.read("before", "a job") { JobID($0) }
        let bound = await bound
        return JobSweep(listing: listing, filter: filter, before: min(before ?? bound, bound))
    }

    private func retry(_ job: JobView) async throws {
        guard job.state == .dead else { throw QueueError.notNow(job.id, job.state.name) }
        try await queue.retry(job.id, keys: try await listing.keys(of: job))
    }

    func one(_ text: String) async throws -> HTTPAnswer {
        let job = try await job(text)
        return Reply.json(200, answer(job, person: await listing.person(of: job)))
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

    func job(_ text: String) async throws(Refusal) -> JobView {
        guard let id = JobID(text), let job = await queue.job(id) else {
            throw Refusal(404, "there is no job “\(text)”, or it was finished long ago")
        }
        return job
    }
}
