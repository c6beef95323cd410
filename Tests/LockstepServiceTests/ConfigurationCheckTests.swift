import Clocks
import ConfigurationReading
import Keap
import KeapSimulator
import DeterministicSimulation
import OutboundAPI
import Synchronization
import Testing

@testable import LockstepService

/// What `check` tells of a gym with bookings, over a simulated Keap on loopback.
struct ConfigurationCheckTests {
    private func checkup(
        _ onceHub: String, hasAppointments: Bool = true, faults: [FaultRule] = []
    ) async throws -> (ConfigurationCheck, calls: Int) {
        var options = SimulatedKeap.Options()
        options.world.faults = faults
        options.world.accounts = [
            AccountSetup(
                key: "KeapAK-one", appName: "one",
                users: [User(id: 3, givenName: "Olive", familyName: "Owner", email: "olive@example.com")],
                hasAppointments: hasAppointments)
        ]
        let keap = SimulatedKeap(options)
        let port = try keap.start()
        let configuration = try read(
            """
            {"gyms": [{"id": "downtown", "keap": {"baseURL": "http://127.0.0.1:\(port)/crm/rest", "key": "KeapAK-one", "timeout": 600},
              "onceHub": {"secret": "0123456789"\(onceHub.isEmpty ? "" : ", " + onceHub)}}]}
            """)
        // However busy the machine is.
        let checkups = await CheckRun.alone(configuration, patience: .seconds(3_600))
        let calls = keap.change { world, _ in world.audit.total }
        await keap.stop()
        return (try #require(checkups.first), calls)
    }

    @Test(.timeLimit(.minutes(30)))
    func `the steps are read back beside what Keap has, and nothing is made`() async throws {
        let (checkup, calls) = try await checkup("")
        #expect(checkup.isFine, "\(checkup.problems)")
        #expect(checkup.settings.contains("Each booking becomes an appointment in Keap's calendar."))
        #expect(checkup.settings.contains("A new contact becomes the booking owner's."))
        #expect(
            checkup.wouldCreate == [#"the tag category "OnceHub""#, #"the lead source category "OnceHub""#])
        #expect(calls == 7)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a mapping to a field that Keap does not have is a problem`() async throws {
        let (checkup, _) = try await checkup(
            #""mapping": [{"from": "note", "to": "custom.Goal"}, {"from": "reason", "to": "custom.Why", "type": "TextArea"}]"#,
            hasAppointments: false)
        #expect(checkup.problems == [#"mapping: Keap has no custom field "Goal"."#])
        #expect(checkup.wouldCreate.contains(#"the custom field "Why" (TEXT_AREA)"#))
        #expect(checkup.settings.contains { $0.hasPrefix("Bookings make no appointments, since this Keap account") })
    }

    @Test(
        .timeLimit(.minutes(30)),
        arguments: [
            (400, #"{"message":"contact_id is invalid"}"#), (404, #"{"message":"Contact with id 0 not found"}"#),
            (422, "{}"),
        ])
    func `a Keap that minds the contact that there never is has a calendar all the same`(
        status: Int, body: String
    ) async throws {
        let rule = FaultRule(.status(status, body: body), match: FaultMatch(path: "^/v1/appointments"))
        let (checkup, _) = try await checkup("", faults: [rule])
        #expect(checkup.isFine, "\(checkup.problems)")
        #expect(checkup.settings.contains("Each booking becomes an appointment in Keap's calendar."))
    }

    @Test(
        .timeLimit(.minutes(30)),
        arguments: [
            (429, #"{"code":"429","message":"Quota Exceeded","status":"Request Throttled"}"#, "userinfo", 1),
            (503, #"{"message":"busy"}"#, "userinfo", 1), (429, #"{"message":"Quota Exceeded"}"#, "model", 3),
        ])
    func `a Keap that takes no more calls just now says nothing against the key`(
        status: Int, body: String, path: String, calls: Int
    ) async throws {
        let rule = FaultRule(.status(status, body: body), match: FaultMatch(path: path))
        let (checkup, made) = try await checkup("", faults: [rule])
        #expect(checkup.isFine && checkup.problems.isEmpty, "\(checkup)")
        #expect(checkup.untried.count == 1 && checkup.untried[0].contains("just now"), "\(checkup.untried)")
        #expect(made == calls)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a key that Keap refuses is wrong, however busy Keap is`() async throws {
        let rule = FaultRule(.status(401, body: #"{"message":"no such key"}"#), match: FaultMatch(path: "userinfo"))
        let (checkup, _) = try await checkup("", faults: [rule])
        #expect(checkup.problems.count == 1 && checkup.untried.isEmpty)
        #expect(checkup.problems[0].contains("refuses the key"))
    }

    /// Answers nothing before the deadline.
    private struct HangingWire: HTTPTransport {
        let clock: ManualClock
        func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
            await clock.rest(for: deadline)
            throw .unclear("No answer within \(deadline).")
        }
        func abandon() {}
    }

    private struct BusyWire: HTTPTransport {
        func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
            APIResponse(status: 429, headers: ["retry-after": "3600"])
        }
        func abandon() {}
    }

    private func gyms(_ count: Int, client: String = "") throws -> Configuration {
        let gyms = (1...count).map {
            #"{"id": "g\#($0)", "keap": {"key": "k\#($0)"\#(client)}, "zenPlanner": {"token": "t"}}"#
        }
        return try read(
            #"{"keapClients": [{"id": "ours"}], "gyms": [\#(gyms.joined(separator: ", "))]}"#)
    }

    private func checked(
        _ configuration: Configuration, _ wire: @escaping @Sendable (ManualClock) -> any HTTPTransport,
        only: Set<GymID>? = nil
    ) throws -> (checkups: [ConfigurationCheck], took: Duration, progress: [Int]) {
        try simulate(seed: 1) { simulation in
            let clock = simulation.clock
            let surroundings = ServiceEnvironment(
                clock: clock, files: SimulatedFileSystem(seed: 1),
                transport: { _ in wire(clock) })
            let began = clock.now
            let seen = Mutex<[Int]>([])
            let checkups = await CheckRun.alone(configuration, only: only, in: surroundings) { done in
                seen.withLock { $0.append(done) }
            }
            return (checkups, began.duration(to: clock.now), seen.withLock { $0 })
        }
    }

    @Test(arguments: ["", #", "client": "ours""#])
    func `forty gyms whose Keap hangs are told within a minute, with progress`(client: String) throws {
        let found = try checked(try gyms(40, client: client), { HangingWire(clock: $0) })
        #expect(found.took <= .seconds(60), "took \(found.took)")
        #expect(found.checkups.map(\.gym) == (1...40).map { "g\($0)" })
        #expect(found.checkups.allSatisfy { $0.problems.count == 1 && $0.problems[0].contains("cannot be reached") })
        #expect(found.progress == Array(1...40))
    }

    @Test func `forty gyms behind a client whose day is used up are left untried within minutes, and none is wrong`()
        throws
    {
        let found = try checked(try gyms(40, client: #", "client": "ours""#), { _ in BusyWire() })
        #expect(found.took <= .seconds(240), "took \(found.took)")
        #expect(found.checkups.allSatisfy { $0.isFine && $0.untried.count == 1 })
    }

    @Test func `only the gyms that are asked for are looked at`() throws {
        let id = try #require(GymID("g3"))
        let found = try checked(try gyms(4), { HangingWire(clock: $0) }, only: [id])
        #expect(found.checkups.map(\.gym) == ["g3"])
    }

    @Test func `settings are told apart by what they say, key included, not by how they are written`() throws {
        func digest(_ gym: String) throws -> String { try #require(try read("{\"gyms\": [\(gym)]}").gyms.first).digest }
        let one = try digest(#"{"id": "g", "keap": {"key": "k", "timeout": 5}}"#)
        #expect(try digest(#"{"keap": {"timeout": 5.0, "key": "k",}, /* why */ "id": "g"}"#) == one)
        for other in [
            #"{"id": "g", "keap": {"key": "l", "timeout": 5}}"#, #"{"id": "g", "keap": {"key": "k", "timeout": 6}}"#,
            #"{"id": "g", "keap": {"key": "k", "timeout": 5}, "sync": {"optInReason": "x"}}"#,
        ] { #expect(try digest(other) != one, "\(other)") }
    }

    @Test func `what a person waits for is given up in time, and what ends before is told at once`() throws {
        let found = try simulate(seed: 1) { simulation in
            let clock = simulation.clock
            func wait(_ time: Duration) async -> (Bool, Duration) {
                let began = clock.now
                let isCancelled = await clock.run(for: .seconds(20)) {
                    try? await clock.sleep(for: time)
                    return Task.isCancelled
                }
                return (isCancelled, began.duration(to: clock.now))
            }
            return (await wait(.seconds(3_600)), await wait(.seconds(2)))
        }
        #expect(found.0 == (true, .seconds(20)) && found.1 == (false, .seconds(2)))
    }
}
