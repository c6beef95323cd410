import AsyncPrimitives
import Clocks
import ConfigurationReading
import Connectors
import DurableQueue
import Keap
import KeapBilling
import Synchronization

/// Sees to it that one gym's bills are read: asks for polls when they are due, and revives Keap's hooks.
final class BillingWatch: Sendable {
    /// How Keap's hooks stood when they were looked at last.
    struct Hooks: Equatable, Sendable {
        var checkedAt: Int64?
        var isHealthy = false
        /// What is wrong with them, in a sentence.
        var trouble: String?
    }

    /// Between looks at the hooks. Each costs a call.
    static let pause: Int64 = 300_000
    /// After a poll was asked for, and after a failure of our own storage.
    static let shortPause: Int64 = 30_000

    let gym: GymID
    let settings: ReadingSettings
    let desk: HookDesk?
    let account: ChartMogulAccount
    let bills: BillingQueue
    let calls: any BillingAPI
    let comparer: BooksComparer?
    private let note: @Sendable ([AttentionNote]) async -> Void
    private let clock: any TimeSource
    private let log: ServiceLog
    private let state = Mutex(Hooks())
    private let wakeup = AsyncSignal()

    /// - Parameters:
    ///   - desk: nil without a token or an address for hooks.
    ///   - account: where the bills go.
    ///   - note: keeps what a person should look at, in place of what was noted before.
    init(
        of gym: GymID, _ settings: ReadingSettings, desk: HookDesk?, account: ChartMogulAccount, bills: BillingQueue,
        calls: any BillingAPI, comparer: BooksComparer?,
        note: @escaping @Sendable ([AttentionNote]) async -> Void, clock: any TimeSource, log: ServiceLog
    ) {
        self.comparer = comparer
        (self.gym, self.settings, self.desk, self.bills, self.calls) = (gym, settings, desk, bills, calls)
        (self.account, self.note, self.clock, self.log) = (account, note, clock, log)
    }

    var hooks: Hooks { state.withLock { $0 } }

    /// What is wrong with Keap's hooks, and what follows from it. Nil: nothing, or there are to be none.
    var trouble: String? {
        hooks.trouble.map {
            "gym \(gym): \($0). Keap's bills are read every \(settings.failingPoll.components.seconds) s until then"
        }
    }

    /// When Keap was last read as a whole. Milliseconds since 1970; nil: not yet, or it cannot be told.
    func readAt() async -> Int64? { (try? await bills.state(ofHistory: false))?.polledAt }

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let pause = await step()
            await wakeup.wait(until: clock.now.advanced(by: .milliseconds(max(1, pause))), on: clock)
        }
    }

    /// Does what is due now.
    ///
    /// - Returns: milliseconds until something is due again.
    func step() async -> Int64 {
        let now = clock.wall.milliseconds
        let isRevived = await lookAtHooks(at: now)
        do {
            let next = try await poll(at: now, atOnce: isRevived)
            guard desk != nil else { return next }
            return min(next, (hooks.checkedAt ?? now) + Self.pause - now)
        } catch {
            // Storage that fails is reported where it matters.
            return Self.shortPause
        }
    }

    /// - Returns: whether hooks work again that did not: then what they missed is to be read.
    private func lookAtHooks(at now: Int64) async -> Bool {
        guard let desk else {
            await note([])
            return false
        }
        let before = hooks
        if let last = before.checkedAt, now >= last, now - last < Self.pause { return false }
        let found = await desk.revive()
        return await note(found, at: now, before)
    }

    /// What `connect` found counts as a look.
    func note(_ found: HookDesk.Found) async {
        if await note(found, at: clock.wall.milliseconds, hooks) { wakeup.signal() }
    }

    private func note(_ found: HookDesk.Found, at now: Int64, _ before: Hooks) async -> Bool {
        state.withLock { $0 = Hooks(checkedAt: now, isHealthy: found.isHealthy, trouble: found.trouble) }
        if found.trouble != before.trouble, let trouble { log.warning(trouble) }
        await note(found.trouble.map { [AttentionNote($0)] } ?? [])
        if found.isHealthy, before.trouble != nil {
            log.info("gym \(gym): Keap's hooks work again; what they missed is read")
        }
        return found.isHealthy && !before.isHealthy && before.checkedAt != nil
    }

    /// Asks for a poll if one is due. One waits at most: a second is the same job.
    private func poll(at now: Int64, atOnce: Bool) async throws -> Int64 {
        var timer = PollTimer(settings)
        timer.isHealthy = hooks.isHealthy
        let state = try await bills.state(ofHistory: false)
        let due = timer.due(state, at: now)
        guard atOnce || due <= now else { return due - now }
        try await bills.ask(for: .poll, key: PollTimer.key(after: state)) {
            try await bills.state(ofHistory: false).polls != state.polls
        }
        return min(Self.shortPause, settings.failingPoll.components.seconds * 1_000)
    }
}
