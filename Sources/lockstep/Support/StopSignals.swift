import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// SIGTERM and SIGINT, taken as requests: the first is awaited, the second ends the process at once. SIGHUP, which a
/// terminal that closes sends as well, ends nothing.
final class StopSignals: Sendable {
    private struct State {
        var seen = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let signals = HandledSignals([SIGINT, SIGTERM, SIGHUP])
    private let note: String
    private let onFirst: @Sendable () -> Void
    private let hangUp: @Sendable () -> Void

    /// - Parameters:
    ///   - note: printed at the first signal.
    ///   - onFirst: called at the first signal.
    ///   - hangUp: called at each SIGHUP.
    init(
        first note: String, onFirst: @escaping @Sendable () -> Void = {}, hangUp: @escaping @Sendable () -> Void = {}
    ) {
        self.note = note
        self.onFirst = onFirst
        self.hangUp = hangUp
        // A peer that has gone is an error of its write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        signals.activate { [weak self] number in self?.came(number) }
    }

    func first() async {
        await withCheckedContinuation { continuation in
            let already = state.withLock { state in
                if state.seen == 0 { state.waiting = continuation }
                return state.seen > 0
            }
            if already { continuation.resume() }
        }
    }

    func stopWatching() {
        signals.cancel()
    }

    private func came(_ number: Int32) {
        guard number != SIGHUP else { return hangUp() }
        let (count, waiting) = state.withLock { state in
            state.seen += 1
            defer { state.waiting = nil }
            return (state.seen, state.waiting)
        }
        if count == 1 {
            Terminal.note(note)
            onFirst()
            waiting?.resume()
        } else {
            _exit(128 + number)
        }
    }
}
