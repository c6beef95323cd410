/// What a path of the operator's door stands for, whatever the method.
enum AdminRoute: Equatable {
    case health, readiness, metrics
    case jobs, countJobs, job(String), explain(String), retry(String), discard(String), retryAll, discardAll
    case finished, gyms, attention, budget, check, resync, findPeople, forget
    case person(String, gym: String)
    case pause(gym: String, Bool)
    case pauseLane(String, gym: String, Bool)
    case program(gym: String), programs(gym: String), people(gym: String)
    case connection(gym: String), connectionCode(gym: String)
    case alerts
    case connectBills(gym: String), history(gym: String), difference(gym: String)

    init?(_ path: [String]) {
        switch path {
        case ["healthz"]: self = .health
        case ["readyz"]: self = .readiness
        case ["metrics"]: self = .metrics
        case let path where path.count >= 2 && path[0] == "api": self.init(path[1], Array(path.dropFirst(2)))
        default: return nil
        }
    }

    private init?(_ subject: String, _ rest: [String]) {
        switch (subject, rest.count, rest.last) {
        case ("jobs", 0, _): self = .jobs
        case ("jobs", 1, "count"): self = .countJobs
        case ("jobs", 1, _): self = .job(rest[0])
        case ("jobs", 2, "explain"): self = .explain(rest[0])
        case ("jobs", 2, "retry"): self = .retry(rest[0])
        case ("jobs", 2, "discard"): self = .discard(rest[0])
        case ("retry", 0, _): self = .retryAll
        case ("discard", 0, _): self = .discardAll
        case ("finished", 0, _): self = .finished
        case ("gyms", 0, _): self = .gyms
        case ("gyms", 2, "pause"): self = .pause(gym: rest[0], true)
        case ("gyms", 2, "resume"): self = .pause(gym: rest[0], false)
        case ("gyms", 2, "program"): self = .program(gym: rest[0])
        case ("gyms", 2, "programs"): self = .programs(gym: rest[0])
        case ("gyms", 2, "people"): self = .people(gym: rest[0])
        case ("gyms", 2, "connection"): self = .connection(gym: rest[0])
        case ("gyms", 3, "code") where rest[1] == "connection": self = .connectionCode(gym: rest[0])
        case ("gyms", 3, "connect") where rest[1] == "chartmogul": self = .connectBills(gym: rest[0])
        case ("gyms", 3, "backfill") where rest[1] == "chartmogul": self = .history(gym: rest[0])
        case ("gyms", 3, "diff") where rest[1] == "chartmogul": self = .difference(gym: rest[0])
        case ("gyms", 4, "pause") where rest[1] == "lanes": self = .pauseLane(rest[2], gym: rest[0], true)
        case ("gyms", 4, "resume") where rest[1] == "lanes": self = .pauseLane(rest[2], gym: rest[0], false)
        case ("attention", 0, _): self = .attention
        case ("alerts", 0, _): self = .alerts
        case ("budget", 0, _): self = .budget
        case ("check", 0, _): self = .check
        case ("resync", 0, _): self = .resync
        case ("people", 0, _): self = .findPeople
        case ("people", 2, _): self = .person(rest[1], gym: rest[0])
        case ("forget", 0, _): self = .forget
        default: return nil
        }
    }

    /// Reading is GET (or HEAD, which the server answers without the body); whatever changes something is POST.
    var methods: [String] {
        switch self {
        case .health, .readiness, .metrics, .jobs, .countJobs, .job, .explain, .finished, .gyms, .program, .attention,
            .alerts, .findPeople, .person, .budget:
            ["GET", "HEAD"]
        case .connection, .history, .difference: ["GET", "HEAD", "POST"]
        case .retry, .discard, .retryAll, .discardAll, .pause, .pauseLane, .programs, .people, .check, .resync,
            .forget, .connectionCode, .connectBills:
            ["POST"]
        }
    }
}
