import KeapSimulator
import DeterministicSimulation
import Testing

@testable import CallTraces

/// Small relatives of the benchmark's traces: what the benchmark prints is worth nothing if these are not right.
@Suite(.timeLimit(.minutes(30))) struct TraceTests {
    /// Every one of them ends with Keap as the messages say, within all limits, in order.
    private func run(_ trace: Trace, limits: SimulatedLimits? = nil) async throws -> TraceResult {
        let result = try await onOwnThread { Result { try TraceRun(trace, limits: limits).result() } }.get()
        #expect(result.wrong == [])
        #expect(result.disorders == [])
        #expect(result.isRight, "\(result)")
        #expect(result.calls >= result.least.merged, "nobody needs fewer: \(result.least)")
        return result
    }

    @Test func `a quiet day costs little more than the fewest calls one by one`() async throws {
        let result = try await run(Traces.quietDay(people: 60, messages: 60))
        // Tags that are new to the account cost two calls each, and a small gym has most of them still to come.
        let new = result.endpoints["POST /v2/tags", default: 0]
        #expect(result.calls <= result.least.oneByOne + 2 * new + 2, "\(result.endpoints)")
    }

    @Test func `the first of the month merges`() async throws {
        let result = try await run(Traces.firstOfMonth(people: 200, seconds: 5))
        #expect(result.calls * 10 <= result.naiveCalls, "\(result.calls) of \(result.naiveCalls)")
    }

    @Test func `an import costs a call a person, and its tags in bulk`() async throws {
        let result = try await run(Traces.firstImport(people: 300))
        #expect(Double(result.calls) <= 1.2 * 300, "\(result.endpoints)")
    }

    @Test func `people who flap keep their order, whatever merges`() async throws {
        let result = try await run(Traces.flapping(people: 40, times: 6))
        #expect(result.calls < result.naiveCalls)
    }

    @Test func `a deleted program's tag comes off every contact in bulk`() async throws {
        let result = try await run(Traces.programDeleted(wearers: 350))
        #expect(result.calls <= 350 / 100 + 1 + 3, "\(result.endpoints)")
    }

    @Test func `a gym's flood delays another gym's change by a few calls`() async throws {
        // The same credential, slower: a call every quarter of a second, so that waiting shows.
        let limits = SimulatedLimits(
            perSecond: 10, perMinute: 240, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)
        let result = try await run(Traces.chain(gyms: 4, people: 10, flood: 400), limits: limits)
        let longest = result.waits.dropFirst().joined().max() ?? .zero
        // Two calls, each behind a turn of every other gym, and their way to Keap and back.
        #expect(longest < .seconds(4), "\(longest)")
    }

    @Test func `of 120 new people at once the first is complete within seconds, and each in turn`() async throws {
        let result = try await run(Traces.newPeople())
        let punctuality = try #require(result.punctuality)
        #expect(punctuality.took.first.flatMap { $0 }.map { $0 < .seconds(5) } == true)
        try expectNobodyLate(punctuality)
        #expect(punctuality.mean <= punctuality.expectedMean)
        // Nine pairs of tags: of few people hardly two want the same.
        #expect(result.calls <= 120 * 32 / 10, "\(result.endpoints)")
    }

    @Test func `of 120 new people who get the same tags, each costs less than three calls`() async throws {
        let result = try await run(Traces.newPeople(programs: 1, statuses: 1))
        let punctuality = try #require(result.punctuality)
        try expectNobodyLate(punctuality)
        #expect(punctuality.mean <= punctuality.expectedMean)
        #expect(result.calls <= 120 * 27 / 10, "\(result.endpoints)")
    }

    @Test func `in a gym of its first day the making of tags waits for no crowd`() async throws {
        var trace = Traces.newPeople(60)
        trace.gyms[0].members = []
        try expectNobodyLate(try #require(try await run(trace).punctuality))
    }

    @Test func `a member's change after a crowd of 300 new people does not wait for the crowd`() async throws {
        let result = try await run(Traces.memberAfterCrowd())
        let punctuality = try #require(result.punctuality)
        try expectNobodyLate(punctuality)
        #expect(punctuality.mean <= punctuality.expectedMean)
        #expect(punctuality.took.last.flatMap { $0 }.map { $0 < .seconds(15) } == true)
    }

    @Test func `new people and members who change their status at once delay no other change`() async throws {
        let result = try await run(Traces.mixedCrowd())
        let punctuality = try #require(result.punctuality)
        try expectNobodyLate(punctuality)
        #expect(punctuality.mean <= punctuality.expectedMean)
        #expect(result.calls <= 60 * 4 + 15, "\(result.endpoints)")
    }

    @Test func `where calls are few and far between, no change misses its turn for the sake of merging`() async throws {
        let limits = SimulatedLimits(
            perSecond: 1, perMinute: 8, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)
        let result = try await run(Traces.newPeople(25), limits: limits)
        try expectNobodyLate(try #require(result.punctuality))
    }

    @Test func `merging makes no person late in any trace`() async throws {
        // Where everything is new, nobody goes on before the gym's tags and fields are made.
        var imported = Traces.firstImport(people: 300)
        imported.gyms[0].members = Traces.newPeople().gyms[0].members
        for trace in [
            Traces.quietDay(people: 60, messages: 60), Traces.firstOfMonth(people: 400, seconds: 5),
            Traces.firstOfMonth(people: 400, seconds: 60), imported, Traces.flapping(people: 40, times: 3),
        ] {
            let result = try await run(trace)
            try expectNobodyLate(try #require(result.punctuality))
        }
    }

    /// Each change no later than plain first come, first served and 5 s; nor are ever fewer complete.
    private func expectNobodyLate(_ punctuality: Punctuality) throws {
        #expect(punctuality.isComplete)
        #expect(punctuality.latest <= .seconds(5))
        // The moments at which the first, the second, the third are complete.
        for (ours, theirs) in zip(punctuality.completions, punctuality.expectedCompletions) {
            #expect(ours <= theirs + .seconds(5))
        }
    }

    @Test func `the same seed gives the same run`() async throws {
        let trace = Traces.quietDay(people: 20, messages: 20, seed: 9)
        let (first, second) = (try await run(trace), try await run(trace))
        #expect(first.calls == second.calls && first.endpoints == second.endpoints)
        #expect(first.delivered == second.delivered)
    }
}

/// Bounds that are worked out by hand.
@Suite struct LeastCallsTests {
    private let people = (0..<250).map { Member($0, of: "gym") }

    private func least(_ change: (inout Member) -> Void) -> LeastCalls {
        let messages = people.map { old in
            var member = old
            change(&member)
            return Trace.Message(at: .zero, gym: 0, content: .member(member))
        }
        return LeastCalls(Trace("t", "", gyms: [.init(id: "gym", members: people)], messages: messages))
    }

    @Test func `nothing changed costs nothing`() {
        #expect(least { _ in }.merged == 0)
        #expect(least { _ in }.oneByOne == 0)
    }

    @Test func `a status of all is off and on, a hundred at once`() {
        let least = least { $0.status = "Alumni" }
        #expect(least.merged == 6)
        #expect(least.oneByOne == 500)
    }

    @Test func `fields are each contact's own, and lists are read first`() {
        #expect(least { $0.birthDate = "2001-02-03" }.merged == 250)
        #expect(least { $0.mobilePhone = "1" }.merged == 500)
    }

    @Test func `several tags of one contact are one call, which many tags of few contacts show`() {
        let programs = (0..<5).map { Member.Program("p\($0)", "P\($0)") }
        var member = people[0]
        member.standings = programs.map { .init(program: $0, status: "CURRENT") }
        let trace = Trace(
            "t", "", gyms: [.init(id: "gym", members: [people[0]])],
            messages: [.init(at: .zero, gym: 0, content: .member(member))])
        #expect(LeastCalls(trace).merged == 1)
    }
}
