import Testing

@testable import RateLimits

@Suite(.timeLimit(.minutes(30)))
struct WakeupTests {
    @Test func `a signal that came first is kept, and several count as one`() async throws {
        let wakeup = Wakeup()
        wakeup.signal()
        wakeup.signal()
        try await wakeup.wait()
        let second = Task { try await wakeup.wait() }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
    }

    @Test func `a signal ends the wait`() async throws {
        let wakeup = Wakeup()
        async let waiting: Void = wakeup.wait()
        await Task.yield()
        wakeup.signal()
        try await waiting
    }

    @Test func `a cancelled wait ends at once and leaves the next one alone`() async throws {
        let wakeup = Wakeup()
        for _ in 0..<2_000 {
            let waiting = Task { try await wakeup.wait() }
            async let cancelling: Void = waiting.cancel()
            async let signalling: Void = wakeup.signal()
            _ = await (cancelling, signalling, waiting.result)
            // Whatever the race did, a signal from now on is heard.
            wakeup.signal()
            try await wakeup.wait()
        }
    }
}
