import Testing

@testable import LoadGeneration

/// The decisions of a load, stepped through in made-up time.
struct LoadStateTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test func `a stalled server makes each message late that was due meanwhile, not one`() throws {
        // A message a millisecond over one connection, which the server holds for a hundred.
        let state = Stepped(LoadState(.scheduled(SendSchedule(perSecond: 1_000, count: 200)), connections: 1))
        var (now, latencies): (UInt64, [UInt64]) = (0, [])
        while !state.isFinished {
            guard let (sending, connection) = state.send(at: now) else {
                now = try #require(state.nextSend)
                continue
            }
            now += sending.number == 0 ? 100 * Self.millisecond : Self.millisecond / 2
            let ended = try #require(state.end(connection))
            #expect(ended == sending)
            latencies.append(now - sending.due)
        }
        // The second was due after 1 ms and answered after 100.5: it is 99.5 ms late, although its answer took half of one.
        #expect(latencies[0] == 100 * Self.millisecond)
        #expect(latencies[1] == 99 * Self.millisecond + Self.millisecond / 2)
        #expect(latencies[100] == 50 * Self.millisecond)
        #expect(latencies[199] == Self.millisecond / 2)
    }

    @Test func `nothing goes out before it is due, and what waits is counted`() throws {
        let state = Stepped(LoadState(.scheduled(SendSchedule(perSecond: 1_000, count: 5)), connections: 2))
        #expect(state.send(at: 0)?.sending == .init(number: 0, due: 0, sent: 0))
        #expect(state.send(at: 0)?.connection == nil)
        #expect(state.nextSend == Self.millisecond)
        #expect(state.send(at: 3 * Self.millisecond)?.connection == 1)
        // Both connections are taken: two more are due, and when to ask again depends on an answer.
        #expect(state.send(at: 3 * Self.millisecond)?.connection == nil && state.nextSend == nil)
        #expect(state.late(at: 3 * Self.millisecond) == 2 && state.inFlight == 2)
        #expect(state.end(0)?.number == 0 && state.end(0) == nil)
        #expect(state.send(at: 4 * Self.millisecond)?.sending == .init(number: 2, due: 2_000_000, sent: 4_000_000))
    }

    @Test func `connections take turns`() {
        let state = Stepped(LoadState(.whenFree(count: 1_000), connections: 3))
        var used: [Int] = []
        while let (_, connection) = state.send(at: 0) {
            used.append(connection)
            _ = state.end(connection)
        }
        #expect(used.prefix(7) == [0, 1, 2, 0, 1, 2, 0] && used.count == 1_000 && state.isFinished)
    }

    @Test func `a stopped load waits for what is under way, and for no more`() {
        let state = Stepped(LoadState(.scheduled(SendSchedule(perSecond: 1, count: 100)), connections: 4))
        _ = state.send(at: 0)
        state.stop()
        #expect(state.send(at: .max)?.connection == nil && state.nextSend == nil && !state.isFinished)
        #expect(state.late(at: .max) == 0)
        _ = state.end(0)
        #expect(state.isFinished && state.next == 1)
    }
}

/// A load whose steps may be taken within an expectation.
private final class Stepped {
    private var state: LoadState
    init(_ state: LoadState) { self.state = state }

    var isFinished: Bool { state.isFinished }
    var nextSend: UInt64? { state.nextSend }
    var inFlight: Int { state.inFlight }
    var next: Int { state.next }
    func late(at now: UInt64) -> Int { state.late(at: now) }
    func send(at now: UInt64) -> (sending: LoadState.Sending, connection: Int)? { state.send(at: now) }
    func end(_ connection: Int) -> LoadState.Sending? { state.end(connection) }
    func stop() { state.stop() }
}
