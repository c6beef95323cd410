import LockstepLimits
import Synchronization

/// The calls of one run of a job, made one after the other. Later ones stand where the first one stood, so that what was
/// begun is finished before what came later: between reading a list and writing it back, or between taking a tag off and
/// putting on the next, should stand no calls of others that came after. Other tag edits stand where they come: those of
/// many runs gather, and share a call.
final class KeapRun<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    private struct State {
        var rank: UInt64?
        var readAt: Instant?
        var renewals = 0
        var hasTakenOff = false
    }

    /// What a list is written back upon may be so old. Somebody may have changed it in Keap since.
    static var longestAge: Duration { .seconds(60) }
    /// Where permits come so slowly that each reading is old when the writing's turn comes, it is written in the end.
    static var mostRenewals: Int { 2 }

    let standing = Standing()
    private let state = Mutex(State())

    var rank: UInt64? { state.withLock { $0.rank } }
    func keep(rank: UInt64) { state.withLock { $0.rank = $0.rank ?? rank } }

    /// Whether a tag edit stands where the first call stood.
    func ranks(_ edit: TagEdit) -> Bool {
        state.withLock { state in
            if edit.direction == .remove { state.hasTakenOff = true }
            return edit.direction == .apply && state.hasTakenOff
        }
    }

    /// The contact was read by a call that was sent then.
    func read(at instant: Instant) { state.withLock { $0.readAt = instant } }

    /// Whether what was read is too old to write upon it. It counts as not read then.
    func isStale(at now: Instant) -> Bool {
        state.withLock { state in
            guard let read = state.readAt, read.duration(to: now) > Self.longestAge,
                state.renewals < Self.mostRenewals
            else { return false }
            state.readAt = nil
            state.renewals += 1
            return true
        }
    }
}
