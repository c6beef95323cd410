package import ChartMogul
package import Clocks
package import Connectors
package import DurableQueue
import Keap
import RateLimits

/// A gym's ChartMogul: Keap's bills go there.
package struct Feed: Destination {
    package typealias Change = BillingChange
    package typealias State = FeedState
    package typealias Settings = FeedSettings

    package static let name = "ChartMogul"

    package let peer: any PeerAccount
    package let settings: FeedSettings
    package let api: any ChartMogulAPI
    package let shared = SharedBooks()
    private let clock: any TimeSource
    private let doubts: Doubts

    /// - Parameter doubts: how often everything was doubted, across restarts.
    package init(
        _ settings: FeedSettings, api: any ChartMogulAPI, peer: any PeerAccount, clock: any TimeSource,
        doubts: Doubts = Doubts()
    ) {
        (self.settings, self.api, self.peer, self.clock, self.doubts) = (settings, api, peer, clock, doubts)
    }

    package func takeOver(from other: Feed) {}

    /// Each lane looks at what ChartMogul has of it with its next reading, once.
    package func doubtEverything() async throws { try await doubts.add() }

    package func announce(_ change: BillingChange, job: JobID) {}

    /// Facts know themselves which are newer.
    package func remainder(
        of change: BillingChange, job: JobID, after state: LaneState
    ) -> Remainder<BillingChange> { .all }

    package static let mostTogether = 50

    /// Waiting readings are delivered as one: facts take them in their order, and what is out of date costs no call.
    package func batch(
        _ changes: some Sequence<(job: JobID, change: BillingChange)>, state: LaneState
    ) -> ChangeBatch<BillingChange>? {
        var whole: BillingChange?
        var count = 0
        for (_, change) in changes {
            guard count < Self.mostTogether,
                whole?.snapshot.isHistory ?? change.snapshot.isHistory == change.snapshot.isHistory
            else { break }
            if whole == nil {
                whole = change
            } else {
                whole?.others += change.snapshots
                whole?.suspects.formUnion(change.suspects)
            }
            count += 1
        }
        guard count > 1, let whole else { return nil }
        return ChangeBatch(change: whole, count: count, carriers: [:])
    }

    package func deliver(_ change: BillingChange, in run: DeliveryAttempt) async -> Delivery {
        let state: FeedState
        do {
            state = try run.state.value(FeedState.init(bytes:))
        } catch {
            return .dead(reason: "\(error)", state: run.state.bytes)
        }
        let isBulk = run.isImport || change.snapshot.isHistory
        let caller = FeedCaller(api, urgency: isBulk ? .bulk : .live) { run.lane.begin() }
        if change.snapshot.isOfProducts {
            return await PlanNames(change, state, dataSource: settings.dataSource, shared, caller)
                .deliver(before: run.state.bytes)
        }
        var known = state
        known.doubt(count: doubts.count)
        known.take(change)
        var attempt = FeedRun(
            known, change, settings: settings, shared: shared, caller: caller, job: run.job.rawValue,
            now: clock.wall.milliseconds,
            save: { try await run.lane.save($0) },
            rest: { [clock] pause in
                // Cancelled, it is over sooner, and the next call is not sent.
                try? await clock.sleep(until: clock.now.advanced(by: pause))
            })
        return await attempt.deliver()
    }

    package func wait(of job: JobID) -> String? { nil }
}
