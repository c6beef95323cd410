public import Clocks

/// At most `limit` calls in *any* window of `width`, as the peer counts them.
///
/// The peer counts a call when it arrives, which is somewhere between its start and its end here (the answer, the
/// failure, or the moment we gave it up). So a call holds a place from its start until `width` after its end.
///
/// Why that is enough: take any calls that all arrived within one window `[t, t + width)`, and let `c` be the one of
/// them that was started last. Every other one, `d`, was started before; it arrived at `t` or later and ended no sooner
/// than it arrived, so it holds its place until `t + width` at least. `c` started no later than it arrived, which is
/// before `t + width`. So all the others held their places when `c` was started, and it was started because fewer than
/// `limit` places were held.
///
/// And no less is enough: as long as nothing is known of when a call arrived but that it was between its start and its
/// end, those that overlap any window must not be more than `limit`. So of calls that last `t` at most `limit` fit into
/// `width + t`. Even spacing would send more, but two calls sent 40 ms apart may arrive together.
///
/// A thousandth is added to `width`: peers cut instants to milliseconds, and a clock that is being adjusted runs up to
/// 500 ppm off.
public struct RollingWindow: Sendable {
    /// Calls whose places fall free together. Only calls that ended within a thousandth of `width` share a run, and
    /// then the last of them decides: memory stays bounded, whatever the rate, and no place falls free early.
    private struct Run {
        let firstEnd: Instant
        var end: Instant
        var count: Int
    }

    public let width: Duration
    /// May be changed at any time; places held beyond a smaller limit fall free as they would have.
    public var limit: Int
    /// Calls that have started and not ended.
    public private(set) var running = 0

    private var runs: [Run] = []
    private var oldest = 0  // index into `runs`; those before it have fallen free
    private var ended = 0  // calls in the runs from `oldest` on

    public init(limit: Int, width: Duration) {
        precondition(limit > 0 && width > .zero, "a window lets something through")
        self.limit = limit
        self.width = width
    }

    /// Places held at `now`.
    public func used(at now: Instant) -> Int {
        running + runs[oldest...].reduce(0) { $0 + (leaves($1) > now ? $1.count : 0) }
    }

    /// When the next call may start. Takes nothing.
    public func opening(at now: Instant) -> Availability {
        var tooMany = running + ended - limit + 1
        if tooMany <= 0 { return .now }
        for run in runs[oldest...] {
            tooMany -= run.count
            if tooMany <= 0 { return leaves(run) <= now ? .now : .at(leaves(run)) }
        }
        return .whenACallEnds
    }

    /// A call starts. `opening(at:)` must have said `.now`.
    public mutating func start(at now: Instant) {
        dropFree(at: now)
        precondition(running + ended < limit, "a call starts only when there is a place for it")
        running += 1
    }

    /// A call goes on that was begun elsewhere, whether or not there is a place for it.
    mutating func takeOver() { running += 1 }

    /// A call that was started has ended.
    public mutating func finish(at now: Instant) {
        precondition(running > 0, "only a call that was started can end")
        running -= 1
        occupy(1, endedAt: now)
    }

    /// A call that was started never left, so the peer cannot count it.
    public mutating func cancel() {
        precondition(running > 0, "only a call that was started can be taken back")
        running -= 1
    }

    /// Others' calls, or ours of an earlier life, that had ended by `end`.
    public mutating func occupy(_ count: Int, endedAt end: Instant) {
        guard count > 0 else { return }
        ended += count
        if let last = runs.last, oldest < runs.count, end <= last.firstEnd.advanced(by: width / 1_000) {
            runs[runs.count - 1].end = max(last.end, end)
            runs[runs.count - 1].count += count
        } else {
            runs.append(Run(firstEnd: end, end: end, count: count))
        }
    }

    /// The peer says that it has counted `count` calls. What we do not know of was used by others, no later than now.
    public mutating func observe(used count: Int, at now: Instant) {
        dropFree(at: now)
        occupy(count - running - ended, endedAt: now)
    }

    /// When the calls ended whose places are still held at `now`, oldest first.
    func ends(at now: Instant) -> [(end: Instant, count: Int)] {
        runs[oldest...].filter { leaves($0) > now }.map { ($0.end, $0.count) }
    }

    private func leaves(_ run: Run) -> Instant { run.end.advanced(by: width + width / 1_000) }

    private mutating func dropFree(at now: Instant) {
        while oldest < runs.count, leaves(runs[oldest]) <= now {
            ended -= runs[oldest].count
            oldest += 1
        }
        // Moving the rest down each time would cost more than the calls it counts; doing it now and then does not.
        if oldest > 32, oldest * 2 > runs.count {
            runs.removeFirst(oldest)
            oldest = 0
        }
    }
}
