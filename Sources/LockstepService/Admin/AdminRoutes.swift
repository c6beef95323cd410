import Clocks
import ConfigurationReading
import EmbeddedHTTP
import FileJournal
import DurableQueue
import OutboundAPI

/// The operator's door: health, metrics, and what the commands ask.
struct AdminRoutes: Sendable {
    let gyms: Gyms
    let accounts: [KeapAccount]
    let credentials: [KeapCredential]
    let connections: KeapConnections
    let billing: BillingWatches
    let queue: JobQueue
    let journal: Journal
    let ingest: Ingest
    let intake: IntakeCounters
    /// Makes the calls; nil in a simulation.
    let client: CurlClient?
    /// Nil: what happens to people is not kept.
    let recorder: HistoryRecorder?
    let log: ServiceLog
    let checker: ServiceCheck
    let alerts: AlertDesk
    let door: AdminDoor
    let audit: AuditLog
    let activity: ActivityLog
    let refusedSignIns: RefusedCalls
    /// Ends with the composition.
    let life: CompositionLife
    let clock: any TimeSource

    /// Refuses by the head alone whatever can be, so that a stranger's body is never read.
    func judge(_ head: HTTPRequest) -> HeadVerdict {
        switch target(of: head) {
        case .refused(let response): .refuse(response)
        case .console(.signIn, _): .read(isVerified: false)
        case .place, .console: .read(isVerified: true)
        }
    }

    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        switch target(of: request) {
        case .refused(let response): return .response(response)
        case .console(let route, let caller): return await console(request, at: route, by: caller)
        case .place(let place, let caller):
            do {
                return try await perform(place, request, by: caller)
            } catch {
                let (status, sentence) = Self.reason(error)
                return Reply.error(status, sentence)
            }
        }
    }

    /// What the head of a request asks for.
    private enum Target {
        /// By whom; nil: a stranger, who may know of health.
        case place(AdminRoute, AdminCaller?)
        case console(ConsoleRoute, AdminCaller?)
        case refused(HTTPResponse)
    }

    private func target(of head: HTTPRequest) -> Target {
        let isReading = head.method == "GET" || head.method == "HEAD"
        let caller = door.caller(of: head, now: clock.wall.milliseconds / 1_000)
        let place = AdminRoute(head.path) ?? (isReading && head.wantsJSON ? AdminRoute(["api"] + head.path) : nil)
        // Health is for load balancers, which have no token and call by any name.
        if isReading, let place, [.health, .readiness].contains(place) { return .place(place, caller) }
        // A program that watches shows its token; a page cannot.
        if place != .metrics || caller?.proof != .bearer, let refusal = door.refusal(ofHost: head) {
            return .refused(refuse(refusal, head, by: nil))
        }
        let route = place == nil ? ConsoleRoute(head.path, method: head.method) : nil
        if let route, route.isOpen {
            if route == .signIn, let refusal = AdminDoor.refusal(ofSource: head, proof: .bearer) {
                return .refused(refuse(refusal, head, by: nil))
            }
            return .console(route, caller)
        }
        guard let caller else {
            if isReading, place == nil, head.wantsPage || route == .now { return .refused(signInForm(for: head)) }
            return .refused(.unauthorized("the admin token is missing or wrong", scheme: "Bearer"))
        }
        if !isReading {
            // Signing out changes nothing but the browser's own session.
            let isOwn = route == .signOut
            let refusal =
                isOwn
                ? AdminDoor.refusal(ofSource: head, proof: caller.proof) : door.refusal(ofWrite: head, by: caller)
            if let refusal { return .refused(refuse(refusal, head, by: caller)) }
        }
        if let route { return .console(route, caller) }
        guard let methods = place?.methods ?? ConsoleRoute.methods(of: head.path) else {
            let sentence =
                "there is nothing here; try /healthz, /readyz, /metrics, /api/jobs, /api/gyms, /api/budget or /api/attention"
            return .refused(
                refuse(
                    .init(status: 404, sentence: head.wantsPage ? "there is no such page" : sentence), head, by: caller)
            )
        }
        guard let place, methods.contains(head.method) else {
            return .refused(.methodNotAllowed(methods.joined(separator: ", ")))
        }
        if let refusal = HTTPResponse.refusingEncoding(of: head) { return .refused(refusal) }
        return .place(place, caller)
    }

    /// As a page to a browser, else as JSON.
    private func refuse(_ refusal: AdminDoor.Refusal, _ head: HTTPRequest, by caller: AdminCaller?) -> HTTPResponse {
        guard head.wantsPage else { return .error(refusal.status, refusal.sentence) }
        return answer(.refusal(refusal.status, refusal.sentence), to: head, by: caller)
    }

    /// Does what is asked, and notes it if it may have changed something.
    func perform(_ place: AdminRoute, _ request: HTTPRequest, by caller: AdminCaller?) async throws -> HTTPAnswer {
        guard let caller, request.method != "GET", request.method != "HEAD" else {
            return try await answer(request, at: place, isKnown: caller != nil)
        }
        let act = place.act ?? AdminAct("Ask", request.path.joined(separator: "/"))
        do {
            let answer = try await answer(request, at: place, isKnown: true)
            await record(act.what, act.target(request.query), Self.result(answer), by: caller)
            return answer
        } catch {
            await record(act.what, act.target(request.query), Self.reason(error).sentence, by: caller)
            throw error
        }
    }

    private func answer(_ request: HTTPRequest, at place: AdminRoute, isKnown: Bool) async throws -> HTTPAnswer {
        switch place {
        case .health: await liveness(isKnown: isKnown)
        case .readiness: await readiness(isKnown: isKnown)
        case .metrics: await metrics()
        case .jobs: try await jobs(request)
        case .countJobs: try await countJobs(request)
        case .job(let id): try await one(id)
        case .explain(let id): try await explain(id)
        case .retry(let id): try await retry(id)
        case .discard(let id): try await discard(id)
        case .retryAll: try await retryAll(request)
        case .discardAll: try await discardAll(request)
        case .finished: try await finished(request)
        case .gyms: await gymList()
        case .attention: try attention(request)
        case .alerts: Reply.json(200, AlertsAnswer(alerts.book))
        case .budget: await budgets()
        case .check: try await check(request.query)
        case .resync: try await resync(request)
        case .findPeople: try await findPeople(request)
        case .person(let id, let gym): try await person(id, of: try self.gym(gym), request)
        case .forget: try await forget(request)
        case .pause(let gym, let isPaused): try await pause(try self.gym(gym), isPaused)
        case .pauseLane(let lane, let gym, let isPaused): try await pause(lane, of: try self.gym(gym), isPaused)
        case .program(let gym): try await program(request.query, of: try self.gym(gym))
        case .programs(let gym): try await program(request, of: try self.gym(gym))
        case .people(let gym): try await importPeople(request, of: try self.gym(gym))
        case .connection(let gym): try await connection(request, of: try self.gym(gym))
        case .connectionCode(let gym): try await connectionCode(request, of: try self.gym(gym))
        case .connectBills(let gym): try await connectBills(of: try self.gym(gym))
        case .history(let gym): try await history(request, of: try self.gym(gym))
        case .difference(let gym): try await difference(request, of: try self.gym(gym))
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

    func gym(_ id: String) throws(Refusal) -> Gym {
        guard let gym = gyms[id] else { throw Refusal(404, "there is no gym “\(id)”") }
        return gym
    }
}

extension QueueError {
    /// What HTTP calls it.
    var status: Int {
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
