import Clocks
import Connectors
import ConfigurationReading
import ContactSync
import Foundation
import EmbeddedHTTP
import FileJournal
import DurableQueue
import OutboundAPI
import ZenPlanner

/// The operator's door: health, metrics, and what the commands ask.
struct AdminRoutes: Sendable {
    let gyms: Gyms
    let accounts: [KeapAccount]
    let credentials: [KeapCredential]
    let connections: KeapConnections
    let queue: JobQueue
    let journal: Journal
    let ingest: Ingest
    let intake: IntakeCounters
    /// Makes the calls; nil in a simulation.
    let client: CurlClient?
    let log: ServiceLog
    let checker: ServiceCheck
    let token: Secret?
    /// Milliseconds since 1970.
    let clock: any TimeSource

    /// Refuses by the head alone whatever can be, so that a stranger's body is never read.
    func judge(_ head: HTTPRequest) -> HeadVerdict {
        if case .refused(let response) = target(of: head) { return .refuse(response) }
        return .read(isVerified: true)
    }

    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        do {
            switch target(of: request) {
            case .refused(let response): return .response(response)
            case .place(let place, let isKnown): return try await answer(request, at: place, isKnown: isKnown)
            }
        } catch {
            return refusal(error)
        }
    }

    /// What the head of a request asks for.
    private enum Target {
        case place(AdminRoute, isKnown: Bool)
        case refused(HTTPResponse)
    }

    private func target(of head: HTTPRequest) -> Target {
        let place = AdminRoute(head.path)
        let isReading = head.method == "GET" || head.method == "HEAD"
        let isKnown = token.map { isSameSecret(head.headers["Authorization"] ?? "", "Bearer \($0.text)") } ?? true
        // Health is for load balancers, which have no token.
        if isReading, let place, [.health, .readiness].contains(place) { return .place(place, isKnown: isKnown) }
        guard isKnown else { return .refused(.unauthorized("the admin token is missing or wrong", scheme: "Bearer")) }
        // Where nothing but loopback protects, a page in the operator's browser must not get in under a name of its own.
        if token == nil, !Self.isLoopback(host: head.headers["Host"] ?? "") {
            return .refused(.error(403, "without an admin token, call this address by localhost or its number"))
        }
        // A page that the operator's browser has open must not be able to give orders here.
        if !isReading, head.headers["Origin"] != nil {
            return .refused(.error(403, "requests from web pages are refused"))
        }
        guard let place else {
            return .refused(
                .error(
                    404,
                    "there is nothing here; try /healthz, /readyz, /metrics, /api/jobs, /api/gyms, /api/budget or /api/attention"
                ))
        }
        guard place.methods.contains(head.method) else {
            return .refused(.methodNotAllowed(place.methods.joined(separator: ", ")))
        }
        if let refusal = HTTPResponse.refusingEncoding(of: head) { return .refused(refusal) }
        return .place(place, isKnown: true)
    }

    /// `localhost`, `127.0.0.1` or `[::1]`, with or without a port. HTTP/1.0 may leave the header out.
    private static func isLoopback(host: String) -> Bool {
        if host.isEmpty { return true }
        let withPort = (try? ListenAddress(host)) ?? (try? ListenAddress(host + ":0"))  // nil: no host at all
        return withPort?.isLoopback ?? false
    }

    private func answer(_ request: HTTPRequest, at place: AdminRoute, isKnown: Bool) async throws -> HTTPAnswer {
        switch place {
        case .health: return await liveness(isKnown: isKnown)
        case .readiness: return await readiness(isKnown: isKnown)
        case .metrics:
            let page = await MetricsPage(
                gyms: gyms, accounts: accounts, credentials: credentials, gymConnections: connections, queue: queue,
                journal: journal, intake: intake, connections: client?.counters ?? ConnectionCounters(), log: log)
            return Reply.text(200, page.text, type: "text/plain; version=0.0.4; charset=utf-8")
        case .jobs: return try await jobs(request)
        case .job(let id):
            let job = try await job(id)
            return Reply.json(200, answer(job, person: await person(of: job)))
        case .explain(let id): return try await explain(id)
        case .retry(let id):
            try await retry(try await job(id))
            return Reply.json(200, ["job": id])
        case .discard(let id):
            let job = try await job(id)
            guard job.finishedAt == nil || job.state == .dead else { throw QueueError.notNow(job.id, job.state.name) }
            try await queue.discard(job.id)
            return Reply.json(200, ["job": id])
        case .retryAll: return try await retryAll(request)
        case .finished: return try await finished(request)
        case .gyms: return await gymList()
        case .attention: return try attention(request)
        case .budget: return await budgets()
        case .check: return try await check(request.query)
        case .resync: return try await resync(request)
        case .pause(let gym, let isPaused):
            let tenant = try self.gym(gym).id.tenant
            if isPaused { try await queue.pause(tenant) } else { try await queue.resume(tenant) }
            return Reply.json(200, ["gym": gym])
        case .pauseLane(let text, let gym, let isPaused):
            let tenant = try self.gym(gym).id.tenant
            guard let lane = LaneID(text) else { throw Refusal(404, "there is no lane “\(text)”") }
            if isPaused { try await queue.pause(lane, of: tenant) } else { try await queue.resume(lane, of: tenant) }
            return Reply.json(200, ["gym": gym, "lane": text])
        case .program(let gym): return try await program(request.query, of: try self.gym(gym))
        case .programs(let gym): return try await program(request, of: try self.gym(gym))
        case .people(let gym): return try await importPeople(request, of: try self.gym(gym))
        case .connection(let gym): return try await connection(request, of: try self.gym(gym))
        case .connectionCode(let gym): return try await connectionCode(request, of: try self.gym(gym))
        }
    }

    // MARK: Refusals

    struct Refusal: Error {
        var status: Int
        var sentence: String

        init(_ status: Int, _ sentence: String) {
            self.status = status
            self.sentence = sentence
        }
    }

    private func refusal(_ error: any Error) -> HTTPAnswer {
        switch error {
        case let refusal as Refusal: Reply.error(refusal.status, refusal.sentence)
        case let error as QueueError: Reply.error(error.status, error.description)
        default: Reply.error(500, "\(error)")
        }
    }

    func gym(_ id: String) throws(Refusal) -> Gym {
        guard let gym = gyms[id] else { throw Refusal(404, "there is no gym “\(id)”") }
        return gym
    }

    private func job(_ text: String) async throws(Refusal) -> JobView {
        guard let id = JobID(text), let job = await queue.job(id) else {
            throw Refusal(404, "there is no job “\(text)”, or it was finished long ago")
        }
        return job
    }

    // MARK: Jobs

    private func jobs(_ request: HTTPRequest) async throws -> HTTPAnswer {
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

    private func finished(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let given = try QueryParameters(request.query, known: ["after", "limit"])
        let after = try given.read("after", "the next of the page before") { UInt64($0) }
        let page = await queue.finished(after: after, limit: try given.limit() ?? 1_000)
        return Reply.json(200, FinishedAnswer(page) { answer($0) })
    }

    private func answer(_ job: JobView, person: String? = nil) -> JobAnswer {
        JobAnswer(job, person: person, isConfigured: gyms[job.tenant.rawValue] != nil)
    }

    private func explain(_ text: String) async throws -> HTTPAnswer {
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

    private func retryAll(_ request: HTTPRequest) async throws -> HTTPAnswer {
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

    // MARK: Gyms

    private func gymList() async -> HTTPAnswer {
        var answers: [GymAnswer] = []
        let counts = await queue.counts()
        for gym in gyms.all {
            answers.append(await GymAnswer(gym, counts.tenants[gym.id.tenant] ?? TenantCounts()))
        }
        for (tenant, counts) in counts.tenants where gyms[tenant.rawValue] == nil && !counts.jobs.isEmpty {
            answers.append(GymAnswer(absent: tenant, counts))
        }
        answers.sort { $0.id < $1.id }
        return Reply.json(200, answers)
    }

    private func budgets() async -> HTTPAnswer {
        let counts = await queue.counts()
        var answers: [BudgetAnswer] = []
        for credential in credentials where !credential.gyms.isEmpty {
            let backlog = await Backlog(of: credential, gyms, counts)
            answers.append(
                BudgetAnswer(credential, await credential.status(), counts, backlog, at: clock.wall.milliseconds))
        }
        return Reply.json(200, answers)
    }

    /// A program's renaming or end, as the commands send it: the same message that the web hook takes.
    private func program(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        let message = StoredMessage(
            .zenPlanner, contentType: request.headers["Content-Type"], body: request.body)
        do {
            // As it will be read when it is delivered.
            let source = gym.sources.reading(ZenPlannerSource.self)
            let reading = try source.reader.read(contentType: message.contentType, body: message.body)
            if case .unplaced(let reason, _) = reading { throw Refusal(400, reason) }
            guard case .change(.program, _) = reading else {
                throw Refusal(
                    400, "send event=program.renamed or event=program.deleted, with the program's id or names")
            }
            return await ingest.accept(Received(message, reading), by: source, of: gym)
        } catch let error as ZenPlannerReadError {
            switch error {
            case .unsupportedMediaType(let sentence): throw Refusal(415, sentence)
            case .undecodable(let sentence): throw Refusal(400, sentence)
            }
        }
    }
}

extension QueueError {
    /// What HTTP calls it.
    fileprivate var status: Int {
        switch self {
        case .noSuchJob, .noSuchLane: 404
        case .notNow, .unroutable, .stale: 409
        case .tooLarge: 413
        case .unusable: 422
        case .full, .poisoned, .stopping, .unreadable: 503
        case .damaged: 500
        }
    }
}
