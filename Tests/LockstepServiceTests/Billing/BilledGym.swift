import ChartMogulSimulator
import Clocks
import DeterministicSimulation
import DurableQueue
import EmbeddedHTTP
import FileJournal
import Foundation
import KeapSimulator
import OutboundAPI
import Synchronization
import WireFormats

@testable import LockstepService

/// A gym whose bills go from a simulated Keap to a simulated ChartMogul, through the whole service but its sockets, in
/// virtual time. Keap's hooks come to whichever process lives; while none does they get no answer.
final class BilledGym: Sendable {
    let simulation: Simulation
    let keap: SimulatedKeapSide
    let books: SimulatedChartMogulSide
    private let configuration: String
    private let memory: Mutex<SimulatedFileSystem>
    private let answers = Mutex<[Int]>([])
    let said = LogBook()

    static let token = "hook-token"

    /// - Parameters:
    ///   - more: members of the `chartMogul` section, each behind a comma.
    ///   - sections: more members of the gym's object, each behind a comma.
    init(
        _ simulation: Simulation, trouble: Int = 0, books: SimulatedChartMogulSide? = nil, hasHooks: Bool = true,
        more: String = "", sections: String = ""
    ) {
        self.simulation = simulation
        let seed = simulation.seed
        keap = SimulatedKeapSide(seed: seed, trouble: trouble)
        self.books = books ?? SimulatedChartMogulSide(seed: seed, trouble: trouble)
        memory = Mutex(SimulatedFileSystem(seed: seed))
        configuration = Self.configuration(
            [Self.gym("downtown", SimulatedKeapSide.key, hasHooks: hasHooks, more: more, sections: sections)])
    }

    init(_ simulation: Simulation, keap: SimulatedKeapSide, books: SimulatedChartMogulSide, gyms: [String]) {
        (self.simulation, self.keap, self.books) = (simulation, keap, books)
        memory = Mutex(SimulatedFileSystem(seed: simulation.seed))
        configuration = Self.configuration(gyms)
    }

    static func gym(
        _ id: String, _ key: String, hasHooks: Bool = true, apiKey: String = SimulatedChartMogulSide.key,
        more: String = "", sections: String = ""
    ) -> String {
        """
        {"id": "\(id)", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "\(key)"},
         "chartMogul": {"apiKey": "\(apiKey)", "baseURL": "\(SimulatedChartMogulSide.base)"
                        \(hasHooks ? #", "hookToken": "\#(token)""# : "") \(more)} \(sections)}
        """
    }

    private static func configuration(_ gyms: [String]) -> String {
        #"{"publicURL": "http://127.0.0.1:8080", "gyms": [\#(gyms.joined(separator: ",\n"))]}"#
    }

    // MARK: One process after the other

    var files: SimulatedFileSystem { memory.withLock { $0 } }

    func configured() throws -> Configuration {
        var configuration = try read(configuration)
        configuration.data = "/data"
        return configuration
    }

    /// Runs one process as long as `body` does, on the disk that the one before left.
    func live(_ body: @escaping @Sendable (Service) async throws -> Void) async throws {
        let configuration = try configured()
        var machine = SimulatedMachine(
            simulation: simulation, files: files, keap: keap, log: said.log, configuration: configuration)
        machine.journal = JournalOptions(segmentSize: 1 << 20, maxPayload: 256 << 10)
        let (books, clock) = (books, simulation.clock)
        machine.other = { site, isAlive in
            guard site.base == SimulatedChartMogulSide.base else { return nil }
            return SimulatedChartMogulWire(side: books, clock: clock, isAlive: isAlive)
        }
        try await machine.live { service in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.bringHooks(to: service) }
                try await body(service)
                group.cancelAll()
            }
        }
    }

    /// The process is killed, or the machine loses power; the next `live` begins on what is left.
    func die(losesPower: Bool = false) async throws {
        files.failPower()
        // What was on the wire arrives, or does not, before the next comes.
        try await simulation.clock.sleep(for: .seconds(1))
        memory.withLock { $0 = losesPower ? $0.crash() : $0.kill() }
    }

    /// The next process loses power at this many changes of its files.
    func powerFails(after changes: Int) {
        memory.withLock { $0.faults.powerFailsAt = $0.changes + changes }
    }

    // MARK: Hooks

    /// Statuses of hooks' answers so far; 0: there was none.
    var hookAnswers: [Int] { answers.withLock { $0 } }

    private func bringHooks(to service: Service) async {
        while !Task.isCancelled {
            await bringHooksThatAreDue(to: service)
            try? await simulation.clock.sleep(for: .seconds(2))  // ends with its life
        }
    }

    private func bringHooksThatAreDue(to service: Service?) async {
        for delivery in keap.change({ $0.dueDeliveries(at: self.now) }) {
            var headers: HTTPHeaders = ["Content-Type": "application/json"]
            if let secret = delivery.secret { headers["X-Hook-Secret"] = secret }
            let path = URL(string: delivery.address)?.pathComponents.dropFirst() ?? []
            let request = HTTPRequest(method: "POST", path: Array(path), headers: headers, body: delivery.body)
            var (status, secret): (Int?, String?) = (nil, nil)
            if let service, !files.isOff {
                let answer = await service.answer(request)
                // An answer that a dead machine gives reaches no one.
                if !files.isOff, case .response(let response) = answer {
                    (status, secret) = (response.status, response.headers["X-Hook-Secret"])
                }
            }
            answers.withLock { $0.append(status ?? 0) }
            keap.change { $0.delivered(delivery, status: status, secret: secret, at: now) }
        }
    }

    /// Time passes while no process lives.
    func pass(_ time: Duration) async throws {
        let end = simulation.clock.now.advanced(by: time)
        while simulation.clock.now < end {
            await bringHooksThatAreDue(to: nil)
            try await simulation.clock.sleep(for: .seconds(10))
        }
    }

    // MARK: Keap's side

    var now: WorldTime { WorldTime(milliseconds: simulation.clock.wall.milliseconds) }

    func person(_ name: String, key: String = SimulatedKeapSide.key) -> Int {
        let body =
            #"{"given_name": "\#(name)", "family_name": "Lee", "email_addresses": "#
            + #"[{"field": "EMAIL1", "email": "\#(name.lowercased())@example.org"}]}"#
        let answer = keap.change { world in
            let request = SimRequest(method: "POST", path: ["rest", "v2", "contacts"], body: Array(body.utf8))
            return world.act(request, onBehalfOf: world.appName(of: key) ?? "", at: self.now)
        }
        let value = try? JSONSerialization.jsonObject(with: Data(answer.body))  // none fails the test
        return Int("\((value as? [String: Any])?["id"] ?? "")") ?? 0
    }

    /// A product with a plan of so much a month.
    func plan(_ price: Int = 4_900, key: String = SimulatedKeapSide.key) throws -> Int {
        let made = try does(.addProduct(name: "Gold", price: 0, plans: [.init(.month, price: price)]), key: key)
        let world = keap.world
        return world.accounts[world.appName(of: key) ?? ""]?.billing.products[made.product ?? 0]?.plans.first?.id ?? 0
    }

    @discardableResult
    func does(_ deed: BillingDeed, key: String = SimulatedKeapSide.key) throws -> BillingResult {
        try keap.change { try $0.bill(deed, in: key, at: now) }
    }

    // MARK: ChartMogul's side

    /// What came of it all: each subscription with its periods, churns and scheduled ends.
    func subscriptions(key: String = SimulatedChartMogulSide.key) -> [MogulWorld.ResultingSubscription] {
        books.world.subscriptions(account: key).sorted {
            ($0.externalID, $0.customers.joined()) < ($1.externalID, $1.customers.joined())
        }
    }

    // MARK: The operator

    func ask(
        _ service: Service, _ method: String, _ path: String, query: String = ""
    ) async -> (status: Int, text: String) {
        let parts = path.split(separator: "/").map(String.init)
        let query = query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
        }
        let answer = await service.answer(operator: HTTPRequest(method: method, path: parts, query: query))
        guard case .response(let response) = answer else { return (0, "") }
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    /// Until nothing of it is left to do, or an hour is over.
    func settle(_ service: Service) async throws {
        for _ in 0..<3_600 {
            let pending = await service.queue.counts().tenants.values.reduce(0) { $0 + $1.pending }
            if pending == 0 || files.isOff { return }
            try await simulation.clock.sleep(for: .seconds(1))
        }
    }

    /// Lets hooks of what was done come, and all that follows from them.
    func follow(_ service: Service) async throws {
        try await simulation.clock.sleep(for: .seconds(70))
        try await settle(service)
    }
}
