import AsyncPrimitives
import ChartMogulFeed
import Clocks
import ConfigurationReading
import Synchronization

/// Compares one gym's bills with its ChartMogul when an operator asks, one comparison at a time.
///
/// Kept in memory only: after a restart one begins anew, and what a mending put into the queue is done all the same.
final class BooksComparer: Sendable {
    struct Order: Equatable, Sendable {
        /// Puts right what differs.
        var mends = false
        /// The first month of revenue; nil: a year back.
        var from: BillingMonth?
    }

    let ground: BooksComparison.Ground
    private let state: Mutex<(order: Order?, report: BooksReport)>
    private let asked = AsyncSignal()

    init(of gym: GymID, _ ground: BooksComparison.Ground) {
        self.ground = ground
        var report = BooksReport()
        report.gym = gym.description
        state = Mutex((nil, report))
    }

    var report: BooksReport { state.withLock { $0.report } }

    /// - Returns: false while another one is under way.
    func begin(_ order: Order) -> Bool {
        let isNew = state.withLock { state in
            guard state.report.state != .running else { return false }
            var report = BooksReport()
            (report.gym, report.state, report.mends) = (state.report.gym, .running, order.mends)
            report.startedAt = ground.clock.wall.milliseconds
            report.stage = "begins"
            state = (order, report)
            return true
        }
        if isNew { asked.signal() }
        return isNew
    }

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            guard let order = state.withLock({ $0.order }) else {
                await asked.wait()
                continue
            }
            let comparison = BooksComparison(order, ground) { change in self.state.withLock { change(&$0.report) } }
            let problem = await comparison.run()
            state.withLock { state in
                state.order = nil
                state.report.state = problem == nil ? .done : .failed
                state.report.problem = problem
                state.report.stage = ""
                state.report.endedAt = ground.clock.wall.milliseconds
            }
        }
    }
}
