import Dispatch

/// Has connections look at their deadlines now and then: one timer for all of them, since almost no deadline is ever
/// reached and moving a timer with each request would cost more.
actor DeadlineSweep {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let interval: Duration
    private let expire: @Sendable () -> Void
    private var timer: (any DispatchSourceTimer)?

    init(loop: EventLoop, limits: HTTPLimits, expire: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.expire = expire
        interval = Self.interval(limits)
    }

    /// Deadlines are overrun by an eighth of the shortest, or a quarter of a second, whichever is less.
    static func interval(_ limits: HTTPLimits) -> Duration {
        let times = [limits.headerTime, limits.bodyTime, limits.idleTime, limits.sendTime, limits.lingerTime]
        return max(.milliseconds(5), min(.milliseconds(250), times.min()! / 8))
    }

    func start() {
        let timer = DispatchSource.makeTimerSource(queue: loop.queue)
        let nanoseconds = DispatchTimeInterval.nanoseconds(Int(interval / .nanoseconds(1)))
        timer.schedule(deadline: .now() + nanoseconds, repeating: nanoseconds)
        timer.setEventHandler { [expire] in expire() }
        timer.resume()
        self.timer = timer
    }

    func stop() {
        timer?.cancel()
        timer = nil
    }
}
