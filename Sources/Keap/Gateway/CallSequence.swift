import Clocks
import RateLimits
import Synchronization

/// The calls of one run of a job, made one after the other. Later ones stand where the first one stood, so that what was
/// begun is finished before what came later: between reading a list and writing it back, or between taking a tag off and
/// putting on the next, should stand no calls of others that came after. Only tags that are put on at the end of a longer
/// run may wait a while for those of other runs, to share a call with them.
final class CallSequence: Sendable {
    private struct State {
        var rank: UInt64?
        var readAt: Instant?
        /// How many writes of contacts there were then.
        var readAfter: UInt64 = 0
        var renewals = 0
        var hasTakenOff = false
    }

    /// What a list is written back upon may be so old. It may have been changed in Keap since.
    static var longestAge: Duration { .seconds(60) }
    /// Where permits come so slowly that each reading is old when the writing's turn comes, it is written in the end.
    static var mostRenewals: Int { 2 }
    /// The same where others keep writing the contact between.
    static var mostOverwrites: Int { 20 }

    /// Asked right before a call of the run is sent, and told when it rides along in another's. False: the run was called
    /// off.
    let begin: @Sendable () -> Bool
    private let state: Mutex<State>

    /// - Parameter rank: where its calls stand; nil: where the first of them comes to stand.
    init(rank: UInt64? = nil, begin: @escaping @Sendable () -> Bool = { true }) {
        state = Mutex(State(rank: rank))
        self.begin = begin
    }

    var rank: UInt64? { state.withLock { $0.rank } }
    func keep(rank: UInt64) { state.withLock { $0.rank = $0.rank ?? rank } }

    /// Whether a tag edit may wait for others to share its call with. Not what comes after a removal: until then the
    /// contact wears neither the old tag nor the new one.
    func mayGather(_ edit: TagEdit) -> Bool {
        state.withLock { state in
            if edit.direction == .remove { state.hasTakenOff = true }
            return edit.direction == .apply && !state.hasTakenOff
        }
    }

    /// The contact was read by a call that was sent then.
    ///
    /// - Parameter writes: how many writes of contacts there had been.
    func read(at instant: Instant, after writes: UInt64) {
        state.withLock { state in
            state.readAt = instant
            state.readAfter = writes
        }
    }

    var readAfter: UInt64 { state.withLock { $0.readAfter } }

    /// This run itself wrote the contact, and what it had read was not old.
    func wrote(_ number: UInt64) { state.withLock { $0.readAfter = number } }

    /// Another run has written the contact since it was read. Returns false if this has happened too often to read again.
    func isOverwritten() -> Bool {
        state.withLock { state in
            guard state.readAt != nil, state.renewals < Self.mostOverwrites else { return false }
            state.readAt = nil
            state.renewals += 1
            return true
        }
    }

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
