import ChartMogul
import ConfigurationReading
import History
import Keap
import EmbeddedHTTP
import FileJournal
import DurableQueue
import OutboundAPI

/// How things stand: what `/healthz` and `/readyz` tell. A value, so that every case can be tested.
struct Health: Equatable, Sendable {
    struct Problem: Equatable, Sendable, Encodable {
        enum Kind: String, Sendable, Encodable {
            /// Nothing is accepted and nothing delivered until a restart.
            case journalFailed
            case stopping
            case diskFull
            case readFailing
            case keyRefused
            /// A gym's owner must let Lockstep in again.
            case notConnected
            case outage
            /// Only calls of one endpoint fail.
            case endpointOutage
            /// Keap does not tell of changes of bills, which are found by reading Keap.
            case hooksSilent
            /// What happens to people is not kept for now; all else goes on.
            case historyFailing

            /// Whether messages are refused for it.
            var closesIntake: Bool {
                switch self {
                case .journalFailed, .stopping, .diskFull: true
                case .readFailing, .keyRefused, .notConnected, .outage, .endpointOutage, .hooksSilent, .historyFailing:
                    false
                }
            }
        }

        var kind: Kind
        /// The gyms concerned; empty: all of them.
        var gyms: [String] = []
        /// For people: what happened, what Lockstep does next, what to do.
        var problem: String
    }

    var problems: [Problem] = []

    /// Answers 503 only if the process no longer does its work, so that a supervisor restarts it then and only then.
    var isAlive: Bool { !problems.contains { $0.kind == .journalFailed } }
    /// Answers 503 while messages are refused.
    var isReady: Bool { !problems.contains { $0.kind.closesIntake } }

    var liveness: String { !isAlive ? "failed" : problems.isEmpty ? "ok" : "degraded" }
    var readiness: String { !isAlive ? "failed" : isReady ? "ready" : "not accepting" }

    /// Without what only an operator may know: which gyms there are, and what Keap says to them.
    var harmless: Health { Health(problems: problems.filter { $0.kind.closesIntake }) }
}

extension Health {
    /// - Parameters:
    ///   - shortage: why there is no room for new messages.
    ///   - circuits: of each Keap account, with the gyms that call with it.
    ///   - failingEndpoints: the same of endpoints whose calls alone fail.
    ///   - connections: what is wrong with gyms' tokens.
    ///   - chartMogul: circuits of ChartMogul accounts, with the gyms that call with them.
    ///   - failingMogul: the same of endpoints whose calls alone fail.
    ///   - hooks: what is wrong with Keap's hooks.
    init(
        journalFailure: String?, shortage: String?, isStopping: Bool, hasQueueFailed: Bool, readTrouble: String?,
        circuits: [(gyms: [String], state: CircuitReport)],
        failingEndpoints: [(gyms: [String], name: String, state: CircuitReport)] = [],
        connections: [(gym: String, needsOwner: Bool, sentence: String)] = [],
        chartMogul: [(gyms: [String], state: CircuitReport)] = [],
        failingMogul: [(gyms: [String], name: String, state: CircuitReport)] = [],
        hooks: [(gym: String, sentence: String)] = [], historyFailure: String? = nil
    ) {
        if let reason = journalFailure {
            add(
                .journalFailed,
                "the journal failed: \(reason). Messages are answered 503 and nothing is delivered until Lockstep is "
                    + "started again; check the disk, then restart it")
        } else if hasQueueFailed {
            add(
                .journalFailed,
                "the result of a delivery could not be written. Messages are answered 503 and nothing is delivered until "
                    + "Lockstep is started again; check the disk, then restart it")
        } else if let reason = shortage {
            add(
                .diskFull,
                "the disk is full: \(reason). Messages are answered 503 until there is room, what was accepted is "
                    + "delivered; make room, and messages are accepted again without a restart")
        }
        if isStopping { add(.stopping, "Lockstep is stopping: messages are answered 503 until it has started again") }
        if let readTrouble {
            add(
                .readFailing,
                "stored messages cannot be read: \(readTrouble). Their jobs wait and are tried again; check the disk and "
                    + "the limit of open files")
        }
        for circuit in circuits { add(circuit, of: "Keap", what: "changes") }
        for circuit in chartMogul { add(circuit, of: "ChartMogul", what: "bills") }
        for endpoint in failingEndpoints { add(endpoint, of: "Keap", what: "Changes") }
        for endpoint in failingMogul { add(endpoint, of: "ChartMogul", what: "Bills") }
        if let historyFailure {
            add(
                .historyFailing,
                "what happens to people is not kept: \(historyFailure). Messages are accepted and delivered all the same, and "
                    + "it is kept again once the disk takes it")
        }
        for connection in connections {
            add(connection.needsOwner ? .notConnected : .outage, of: [connection.gym], connection.sentence)
        }
        for hook in hooks { add(.hooksSilent, of: [hook.gym], hook.sentence) }
    }

    private mutating func add(_ circuit: (gyms: [String], state: CircuitReport), of peer: String, what: String) {
        guard case .open(let reason, let openFor, let isCredential) = circuit.state else { return }
        let names = circuit.gyms.joined(separator: ", ")
        if isCredential {
            add(
                .keyRefused, of: circuit.gyms,
                "\(peer) has refused the key of \(names) for \(openFor.roughly): \(reason). Its \(what) wait, and the key "
                    + "is tried every 30 s; put a valid key into the configuration and "
                    + "send SIGHUP")
        } else {
            add(
                .outage, of: circuit.gyms,
                "\(peer) has failed for \(names) for \(openFor.roughly): \(reason). Its \(what) wait, and go on when "
                    + "\(peer) answers again")
        }
    }

    private mutating func add(
        _ endpoint: (gyms: [String], name: String, state: CircuitReport), of peer: String, what: String
    ) {
        guard case .open(let reason, let openFor, _) = endpoint.state else { return }
        let names = endpoint.gyms.joined(separator: ", ")
        add(
            .endpointOutage, of: endpoint.gyms,
            "\(peer) has failed all \(endpoint.name) calls of \(names) for \(openFor.roughly): \(reason). \(what) that "
                + "need one wait and are tried again, at least every half minute; all others go on")
    }

    private mutating func add(_ kind: Problem.Kind, of gyms: [String] = [], _ sentence: String) {
        problems.append(Problem(kind: kind, gyms: gyms, problem: sentence.harmless))
    }
}

/// The body of `/healthz` and `/readyz`.
struct HealthAnswer: Encodable {
    var status: String
    /// Why the answer is not 200.
    var reason: String?
    var problems: [Health.Problem]
    /// Those that are open, the oldest first; only for operators.
    var alerts: [AlertAnswer]?
}

extension AdminRoutes {
    func health() async -> Health {
        let queueState = await queue.standing
        var circuits: [(gyms: [String], state: CircuitReport)] = []
        var failing: [(gyms: [String], name: String, state: CircuitReport)] = []
        for account in accounts {
            let names = gyms.all.filter { $0.account === account }.map(\.id.description)
            let counters = await account.gateway.counters()
            circuits.append((names, counters.circuit))
            for (endpoint, state) in counters.failingEndpoints { failing.append((names, endpoint.name, state)) }
        }
        let connections = self.connections.all.compactMap { one in
            self.connections.trouble(of: one.gym).map { sentence in
                (one.gym.description, self.connections.standing(of: one.gym)?.needsOwner ?? false, sentence)
            }
        }
        var mogul: [(gyms: [String], state: CircuitReport)] = []
        var failingMogul: [(gyms: [String], name: String, state: CircuitReport)] = []
        for account in billing.accounts {
            let names = account.gyms.map(\.description)
            mogul.append((names, await account.gateway.circuit))
            for (endpoint, state) in await account.gateway.failingEndpoints {
                failingMogul.append((names, endpoint.name, state))
            }
        }
        let hooks = billing.all.compactMap { watch in watch.trouble.map { (watch.gym.description, $0) } }
        let stats = journal.stats()
        return Health(
            journalFailure: stats.poisoned, shortage: stats.full, isStopping: queueState.isStopping,
            hasQueueFailed: queueState.hasFailed, readTrouble: queueState.readFailure, circuits: circuits,
            failingEndpoints: failing.sorted { $0.name < $1.name }, connections: connections, chartMogul: mogul,
            failingMogul: failingMogul.sorted { $0.name < $1.name }, hooks: hooks,
            historyFailure: recorder?.history.standing.failure)
    }

    /// - Parameter isKnown: the caller may know everything; a load balancer without a token learns what concerns it.
    func liveness(isKnown: Bool) async -> HTTPAnswer {
        let health = await health()
        return answer(
            health.isAlive ? 200 : 503, health.liveness, isKnown ? health : health.harmless,
            alerts: isKnown ? alerts.book.open.map(AlertAnswer.init) : nil)
    }

    func readiness(isKnown: Bool) async -> HTTPAnswer {
        let health = await health()
        return answer(health.isReady ? 200 : 503, health.readiness, isKnown ? health : health.harmless)
    }

    private func answer(
        _ status: Int, _ word: String, _ health: Health, alerts: [AlertAnswer]? = nil
    ) -> HTTPAnswer {
        let reason = status == 200 ? nil : health.problems.first { $0.kind.closesIntake }?.problem
        return Reply.json(status, HealthAnswer(status: word, reason: reason, problems: health.problems, alerts: alerts))
    }
}
