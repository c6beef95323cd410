import Clocks
import Foundation
import Keap
package import KeapSimulator
import EmbeddedHTTP
import FileJournal
import DurableQueue
import LockstepService
import DeterministicSimulation
import Synchronization

/// Runs the whole service through a trace, on a virtual clock, against simulated Keap accounts that count strictly.
///
/// The day before the trace begins its gyms' people are brought in step, without being measured.
package struct TraceRun: Sendable {
    private let trace: Trace
    private let seed: UInt64
    private let limits: SimulatedLimits

    /// Midnight UTC, a day before the trace's first.
    private static let origin: Int64 = 1_767_225_600_000
    private static let day = Duration.seconds(86_400)

    /// - Parameter limits: of each account's key, or of the client behind which all are; Keap's own unless given.
    package init(_ trace: Trace, seed: UInt64 = 1, limits: SimulatedLimits? = nil) {
        self.trace = trace
        self.seed = seed
        self.limits = limits ?? (trace.client == nil ? .key : .oauth)
    }

    package func result() throws -> TraceResult {
        var result = TraceResult(messages: trace.messages.count, least: LeastCalls(trace))
        result.naiveCalls = naiveCalls()
        var options = SimulationOptions()
        options.order = .arrival
        options.mostSteps = .max
        let clock = ManualClock(wallOrigin: Self.origin)
        let keap = SimulatedAccounts(worldOptions())
        let configuration = try configuration()
        let measured = try simulate(seed: seed, options: options, clock: clock) { simulation in
            try await run(configuration, keap, clock)
        }
        read(measured, keap, into: &result)
        return result
    }

    // MARK: The world

    private func key(_ gym: Trace.Gym) -> String { "KeapAK-\(gym.id)" }
    private func app(_ gym: Trace.Gym) -> String { "\(gym.id).infusionsoft.com" }

    private func worldOptions() -> WorldOptions {
        var options = WorldOptions()
        options.seed = seed
        options.rememberedRequests = 1
        options.clientLimits = limits
        options.accounts = trace.gyms.map { gym in
            AccountSetup(
                key: key(gym), appName: app(gym), limits: trace.client == nil ? limits : .key, client: trace.client)
        }
        return options
    }

    private func configuration() throws -> Configuration {
        let gyms = trace.gyms.map { gym in
            let client = trace.client.map { #", "client": "\#($0)""# } ?? ""
            return """
                {"id": "\(gym.id)", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "\(key(gym))"\(client)},
                 "zenPlanner": {"token": "token"}}
                """
        }
        let clients = trace.client.map { #""keapClients": [{"id": "\#($0)"}], "# } ?? ""
        let file = FileManager.default.temporaryDirectory.appending(path: "lockstep-trace-\(UUID().uuidString).json")
        // Left behind at worst in the system's temporary directory.
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("{\(clients)\"gyms\": [\(gyms.joined(separator: ",\n"))]}".utf8).write(to: file)
        var configuration = try Configuration.load(file.path, environment: [:])
        configuration.data = "/trace"
        return configuration
    }

    private func naiveCalls() -> Int {
        trace.gyms.indices.reduce(0) { calls, gym in
            var naive = NaiveConnector()
            for member in trace.gyms[gym].members { naive.deliver(.member(member), forgetting: true) }
            for message in trace.messages where message.gym == gym { naive.deliver(message.content) }
            return calls + naive.calls
        }
    }

    // MARK: The run

    private struct Measured: Sendable {
        /// When the trace began, in milliseconds since 1970.
        var began: Int64 = 0
        var callsBefore = 0
        var callsAfter = 0
        var ended = Duration.zero
        var busy: Set<Int64> = []
        var dead = 0
        var endpoints: [String: Int] = [:]
    }

    private func run(
        _ configuration: Configuration, _ keap: SimulatedAccounts, _ clock: ManualClock
    ) async throws -> Measured {
        let driver = TaskDriver(clock)
        var surroundings = ServiceEnvironment(
            clock: clock, files: SimulatedFileSystem(seed: seed),
            journalDriver: driver,
            transport: { _ in SimulatedWire(keap, clock: clock, seed: seed) })
        // The disk is in memory.
        surroundings.journal.segmentSize = 4 << 20
        return try await withThrowingTaskGroup(of: Void.self) { [surroundings] group in
            group.addTask { await driver.run() }
            let service = try await Service.open(configuration, log: .silent, in: surroundings)
            group.addTask { await service.run() }
            try await warmUp(service, keap, clock)
            let measured = try await measure(service, keap, clock)
            await service.stop(grace: .zero)
            return measured
        }
    }

    private func warmUp(_ service: Service, _ keap: SimulatedAccounts, _ clock: ManualClock) async throws {
        for gym in trace.gyms {
            for number in 0..<gym.strangers { keap.addStranger(number, to: app(gym), at: clock.wall.milliseconds) }
        }
        for (index, gym) in trace.gyms.enumerated() {
            for member in gym.members {
                try await post(Trace.Message(at: .zero, gym: index, content: .member(member)), to: service)
            }
        }
        _ = try await drain(service, clock)
    }

    private func measure(
        _ service: Service, _ keap: SimulatedAccounts, _ clock: ManualClock
    ) async throws -> Measured {
        var measured = Measured()
        // The next midnight after the warm-up, however long that took.
        let days = (clock.now.offset.components.seconds / 86_400) + 1
        let begin = Instant(offset: Self.day * Int(days)).advanced(by: trace.begins)
        try await clock.sleep(until: begin)
        measured.callsBefore = keap.calls
        measured.began = clock.wall.milliseconds
        let endpointsBefore = keap.with(\.audit.callsByEndpoint)
        let isPosted = Atomic(false)
        async let busy = drain(service, clock) { isPosted.load(ordering: .relaxed) }
        for run in trace.messages.runs() {
            let first = run[run.startIndex]
            try await clock.sleep(until: begin.advanced(by: first.at))
            if first.content.isImport {
                try await `import`(run, to: service)
            } else {
                try await post(first, to: service)
            }
        }
        isPosted.store(true, ordering: .relaxed)
        measured.busy = try await busy
        measured.callsAfter = keap.calls
        measured.ended = begin.duration(to: clock.now)
        measured.endpoints = keap.with(\.audit.callsByEndpoint).merging(endpointsBefore) { $0 - $1 }
        measured.dead = await service.queue.counts().tenants.values.reduce(0) { $0 + ($1.jobs[.dead] ?? 0) }
        return measured
    }

    private func post(_ message: Trace.Message, to service: Service) async throws {
        let headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
        let gym = trace.gyms[message.gym].id
        let request = HTTPRequest(
            method: "POST", path: ["hooks", gym, "zenplanner", "token"], headers: headers, body: message.content.form)
        guard case .response(let response) = await service.answer(request), response.status == 202 else {
            throw TraceFailure(description: "a message of the trace was not accepted")
        }
    }

    /// Rows of a file, as the command sends them.
    private func `import`(_ rows: ArraySlice<Trace.Message>, to service: Service) async throws {
        let forms = rows.map { String(decoding: $0.content.form, as: UTF8.self) }
        // Texts in an array in a dictionary: JSON always takes them.
        let body = try JSONSerialization.data(withJSONObject: ["rows": forms])
        let request = HTTPRequest(
            method: "POST", path: ["api", "gyms", trace.gyms[rows[rows.startIndex].gym].id, "people"], body: Array(body)
        )
        guard case .response(let response) = await service.answer(operator: request), response.status == 202 else {
            throw TraceFailure(description: "rows of the trace's import were not accepted")
        }
    }

    /// Returns when all is delivered: the whole minutes in which more waited all the time than could be under way.
    private func drain(
        _ service: Service, _ clock: ManualClock, isPosted: @Sendable () -> Bool = { true }
    ) async throws -> Set<Int64> {
        var busy: [Int64: Int] = [:]
        while true {
            let pending = await service.queue.counts().tenants.values.reduce(0) { $0 + $1.pending }
            if pending == 0, isPosted() { return Set(busy.filter { $0.value == 60 }.keys) }
            if pending > 2 * 8 { busy[clock.wall.milliseconds / 60_000, default: 0] += 1 }
            try await clock.sleep(for: .seconds(1))
        }
    }

    // MARK: What came of it

    private func read(_ measured: Measured, _ keap: SimulatedAccounts, into result: inout TraceResult) {
        result.calls = measured.callsAfter - measured.callsBefore
        result.delivered = measured.ended
        result.deadLetters = measured.dead
        result.endpoints = measured.endpoints.filter { $0.value > 0 }
        result.utilisation = TraceResult.Utilisation(
            arrivals: keap.arrivals, busy: measured.busy, limits: limits, latency: keap.meanLatency)
        keap.with { world in
            result.overruns = world.audit.throttledCount
            result.violations = world.audit.violationCount
            result.duplicates = world.accounts.values.reduce(0) { $0 + $1.duplicates.count }
        }
        let expected = ExpectedTags(trace)
        var punctuality = Punctuality(came: [], took: [], expected: [])
        for (index, gym) in trace.gyms.enumerated() {
            let found = keap.with { world in FoundTags(world.accounts[app(gym)]!) }
            result.wrong += expected.differences(from: found, gym: index)
            result.disorders += found.disorders
            let own = trace.messages.filter { $0.gym == index }
            result.waits.append(found.waits(for: own, since: measured.began))
            let changes = TagChange.all(of: trace, gym: index)
            punctuality.came += changes.map(\.at)
            punctuality.took += changes.map { found.wait(for: $0, since: measured.began) }
            let ordered = expectedWaits(
                gym: index, result.least.each, extra: result.sharedCalls, latency: keap.meanLatency)
            punctuality.expected += changes.compactMap { ordered[$0.message] }
        }
        // Gyms that share a budget take turns, and a program's deletion is many people's change.
        let isComparable = trace.messages.allSatisfy { $0.content.member != nil }
        if trace.client == nil, isComparable { result.punctuality = punctuality }
    }

    /// How long each of a gym's messages would have taken in the order they came, without merging, by their numbers.
    ///
    /// - Parameter extra: calls that the first one needs besides, and the others with it.
    private func expectedWaits(gym: Int, _ calls: [Int], extra: Int, latency: Duration) -> [Int: Duration] {
        let own = trace.messages.indices.filter { trace.messages[$0].gym == gym }
        var calls = calls
        if let first = own.first(where: { calls[$0] > 0 }) { calls[first] += extra }
        let model = FirstComeFirstServed(
            own.map { .init(at: trace.messages[$0].at, calls: calls[$0]) }, limits: limits, latency: latency)
        let waits = zip(own, model.completions).map { ($0, $1 - trace.messages[$0].at) }
        return Dictionary(uniqueKeysWithValues: waits)
    }
}

extension [Trace.Message] {
    /// One by one, but rows of one import together, as many as the command sends at once.
    fileprivate func runs() -> [ArraySlice<Trace.Message>] {
        var runs: [ArraySlice<Trace.Message>] = []
        var start = startIndex
        while start < endIndex {
            var end = start + 1
            while end < endIndex, end - start < 200, self[start].content.isImport, self[end].content.isImport,
                self[end].gym == self[start].gym, self[end].at == self[start].at
            {
                end += 1
            }
            runs.append(self[start..<end])
            start = end
        }
        return runs
    }
}

package struct TraceFailure: Error, CustomStringConvertible {
    package var description: String
}

extension SimulatedAccounts {
    /// A contact of the gym's own, with nothing of ours on it.
    func addStranger(_ number: Int, to app: String, at wall: Int64) {
        let body: JSON = [
            "given_name": "Stranger", "family_name": .string("Number \(number)"),
            "email_addresses": [["field": "EMAIL1", "email": .string("stranger\(number)@\(app)")]],
        ]
        let request = SimRequest(
            method: "POST", path: ["_simulator", "accounts", app, "contacts"], body: body.bytes)
        with { world in
            let answer = world.control(request, at: WorldTime(milliseconds: wall))
            precondition(
                answer.status == 201, "a stranger was refused: \(String(decoding: answer.body, as: UTF8.self))")
        }
    }
}
