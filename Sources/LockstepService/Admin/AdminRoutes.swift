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
    let token: Secret?
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
