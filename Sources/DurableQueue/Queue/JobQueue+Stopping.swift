import Clocks
import AsyncPrimitives

/// An orderly end.
extension JobQueue {
    /// No new jobs and no new runs from now on. Running ones get `grace` to finish; then their tasks are cancelled, and
    /// those that end soon after are put back without counting as tried. What runs on even then is found pending at the
    /// next start.
    ///
    /// - Parameter interruptsAtOnce: cancels the tasks at the beginning of the grace time: for handlers that use it to
    ///   finish what they are in the middle of, and that stop waiting when they are cancelled.
    public func stop(grace: Duration, interruptsAtOnce: Bool = false) async {
        guard !scheduler.isStopping else { return }
        scheduler.stop()
        eventSource.publish(.stopping)
        wakeup.signal()
        ringForRoom()
        if interruptsAtOnce { cancelRuns.signal() }
        await idle(within: grace)
        cancelRuns.signal()
        await idle(within: Self.lastGrace)
    }

    /// For handlers to notice that they were cancelled.
    private static let lastGrace = Duration.seconds(2)

    private func idle(within limit: Duration) async {
        await clock.run(for: limit) { await self.whenIdle() }
    }

    private func whenIdle() async {
        let events = events()
        guard !scheduler.leases.isEmpty else { return }
        for await event in events where event == .idle { return }
    }
}
