import KeapSimulator
import LockstepSimulation
import Testing

@testable import LockstepTraces

/// Small relatives of the benchmark's traces: what the benchmark prints is worth nothing if these are not right.
@Suite(.timeLimit(.minutes(3))) struct TraceTests {
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

    @Test func `a deleted program comes off everybody in bulk`() async throws {
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

    @Test func `fields are everybody's own, and lists are read first`() {
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
