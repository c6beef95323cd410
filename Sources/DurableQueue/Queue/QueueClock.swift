/// Time since an origin, on any clock: the queue must not care which.
struct QueueClock: Sendable {
    let now: @Sendable () -> Duration
    let sleep: @Sendable (_ until: Duration) async throws -> Void

    init<C: Clock>(_ clock: C) where C.Duration == Duration {
        let origin = clock.now
        now = { origin.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: origin.advanced(by: $0), tolerance: nil) }
    }

    /// Runs `body`, and cancels it at the deadline; returns when it has ended.
    func run(until deadline: Duration, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            // Cancelled when the body ended before; then there is nothing to do about it.
            group.addTask { try? await sleep(deadline) }
            await group.next()
            group.cancelAll()
        }
    }
}
