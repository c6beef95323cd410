import Synchronization

/// Lets one caller at a time through per key: live ones before bulk ones, each rank in the order it came.
///
/// Held across awaits, which an actor's isolation is not.
package final class KeyedLock<Key: Hashable & Sendable, Owner: Sendable>: Sendable {
    /// A key from a caller's turn until `release`; before that, the caller's place in the line.
    package final class Hold: Sendable, Equatable {
        package let owner: Owner
        /// Fires on a bulk hold when a live caller comes to wait behind it: calls that wait for a bulk budget hold it up.
        package let isWantedLive = OneTimeSignal()
        fileprivate let key: Key
        fileprivate let rank: LockRank
        fileprivate let turn = AsyncSignal()
        private let lock: KeyedLock

        fileprivate init(_ key: Key, _ rank: LockRank, _ owner: Owner, of lock: KeyedLock) {
            (self.key, self.rank, self.owner, self.lock) = (key, rank, owner, lock)
        }

        /// Hands the key to the next. A second release does nothing.
        package func release() {
            lock.lines.withLock { $0.leave(self, key) }?.turn.signal()
        }

        package static func == (a: Hold, b: Hold) -> Bool { a === b }
    }

    private let lines = Mutex(LockLines<Key, Hold>())

    package init() {}

    /// Returns once the caller holds the key; nil, holding nothing, if its task was cancelled.
    package func acquire(_ key: Key, rank: LockRank = .live, for owner: Owner) async -> Hold? {
        guard !Task.isCancelled else { return nil }
        let hold = Hold(key, rank, owner, of: self)
        let holder = lines.withLock { $0.enter(hold, for: key, rank) }
        guard holder != hold else { return hold }
        if rank == .live, holder.rank == .bulk { holder.isWantedLive.fire() }
        await hold.turn.wait()
        // A task that is cancelled at its turn holds the key all the same, and lets it go like any other.
        return lines.withLock { lines in
            if lines.holder(of: key) == hold { return hold }
            _ = lines.leave(hold, key)
            return nil
        }
    }

    /// The owner of the key that such a caller waits for; nil if none of them waits. Searches all waiters.
    package func holder(waitedForBy isMeant: @Sendable (Owner) -> Bool) -> Owner? {
        lines.withLock { $0.holder(waitedForBy: { isMeant($0.owner) })?.owner }
    }

    /// How many wait for the key.
    package func waiting(for key: Key) -> Int { lines.withLock { $0.waiters(for: key).count } }
}

extension KeyedLock where Owner == Void {
    package func acquire(_ key: Key, rank: LockRank = .live) async -> Hold? {
        await acquire(key, rank: rank, for: ())
    }
}
