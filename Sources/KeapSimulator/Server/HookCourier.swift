import Synchronization

/// Sends what the world has to deliver to its hooks, as it comes due by the world's clock. An address that is not on
/// loopback gets nothing, which counts as no answer.
final class HookCourier: Sendable {
    private let world: SharedWorld
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let running = Mutex<Task<Void, Never>?>(nil)

    init(_ world: SharedWorld) {
        self.world = world
        (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Something happened that may be due.
    func wake() { waker.yield() }

    func start() {
        running.withLock { running in
            guard running == nil else { return }
            running = Task { [self] in await run() }
        }
        wake()
    }

    /// Does not wait for an address that does not answer.
    func stop() {
        waker.finish()
        running.withLock { $0?.cancel() }
    }

    private func run() async {
        await withDiscardingTaskGroup { group in
            // The earliest time that a timer is set for.
            var alarm: WorldTime?
            for await _ in wakes {
                let (due, next, now) = world.change { world, now in
                    (world.dueDeliveries(at: now), world.nextDelivery, now)
                }
                for delivery in due { group.addTask { await self.deliver(delivery) } }
                if let time = alarm, time <= now { alarm = nil }
                guard let next, alarm.map({ next < $0 }) ?? true else { continue }
                alarm = next
                group.addTask { [waker] in
                    try? await Task.sleep(for: .milliseconds(max(1, next.milliseconds - now.milliseconds + 1)))
                    waker.yield()
                }
            }
        }
    }

    private func deliver(_ delivery: HookDelivery) async {
        let answer = await LoopbackPost(delivery)?.answer()
        world.change { $0.delivered(delivery, status: answer?.status, secret: answer?.secret, at: $1) }
        wake()
    }
}
