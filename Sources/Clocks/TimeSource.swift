/// The time that a program runs on: a monotonic clock, on which waits are measured, and the wall's, by which days count.
///
/// Only the entry point of a program names the machine's (``SystemClock``); tests pass one that they move.
public protocol TimeSource: Clock where Instant == Clocks.Instant {
    var wall: WallTime { get }
}

extension TimeSource {
    public var minimumResolution: Duration { .nanoseconds(1) }

    /// Both clocks at once.
    public var reading: ClockReading { ClockReading(now, wall: wall) }

    /// - Throws: `CancellationError` if the task is cancelled.
    public func sleep(until deadline: Instant) async throws { try await sleep(until: deadline, tolerance: nil) }

    /// Runs `body`, and cancels it after `limit`. Returns when it has ended.
    public func run<Value: Sendable>(
        for limit: Duration, _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        await run(until: now.advanced(by: limit), body)
    }

    /// Runs `body`, and cancels it at `deadline`. Returns when it has ended.
    public func run<Value: Sendable>(
        until deadline: Instant, _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await body() }
            group.addTask {
                // Throws when it is cancelled, which is because the body has ended.
                try? await self.sleep(until: deadline)
                return nil
            }
            while let ended = await group.next() {
                group.cancelAll()
                if let ended { return ended }
            }
            preconditionFailure("a group returns the value of each of its tasks")
        }
    }
}
