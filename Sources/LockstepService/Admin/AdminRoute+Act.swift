/// What an action is called where it is noted.
struct AdminAct: Equatable, Sendable {
    var what: String
    private var name: String
    private var parameters: [String]

    init(_ what: String, _ name: String = "", parameters: [String] = []) {
        (self.what, self.name, self.parameters) = (what, name, parameters)
    }

    /// What it is done to, with the parameters that choose it.
    func target(_ query: [(name: String, value: String)]) -> String {
        let chosen = query.filter { parameters.contains($0.name) && !$0.value.isEmpty }.map { "\($0.name) \($0.value)" }
        let all = ([name] + chosen).filter { !$0.isEmpty }
        return all.isEmpty ? "all gyms" : all.joined(separator: ", ")
    }
}

extension AdminRoute {
    /// Nil: it has no word of its own, and is noted by its path.
    var act: AdminAct? {
        switch self {
        case .retry(let id): AdminAct("Retry", "job \(id)")
        case .discard(let id): AdminAct("Discard", "job \(id)")
        case .retryAll: AdminAct("Retry all", parameters: JobFilter.names)
        case .discardAll: AdminAct("Discard all", parameters: JobFilter.names)
        case .pause(let gym, let isPaused): AdminAct(isPaused ? "Pause" : "Resume", "gym \(gym)")
        case .pauseLane(let lane, let gym, let isPaused):
            AdminAct(isPaused ? "Pause" : "Resume", "lane \(lane) of gym \(gym)")
        case .programs(let gym): AdminAct("Change a program", "gym \(gym)")
        case .people(let gym): AdminAct("Import", "gym \(gym)")
        case .check: AdminAct("Check", parameters: ["gym"])
        case .resync: AdminAct("Resync", parameters: ["gym", "person", "contact", "booking", "tag"])
        case .connection(let gym), .connectionCode(let gym): AdminAct("Connect", "gym \(gym)")
        case .connectBills(let gym): AdminAct("Connect ChartMogul", "gym \(gym)")
        case .history(let gym): AdminAct("Read past bills", "gym \(gym)")
        default: nil
        }
    }
}
