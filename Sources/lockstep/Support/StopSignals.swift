import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// SIGTERM and SIGINT, taken as requests: the first is awaited, the second ends the process at once.
final class StopSignals: Sendable {
    private struct State {
        var seen = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let signals = EndingSignals()
    private let note: String

    init(first note: String) {
        self.note = note
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
        let (count, waiting) = state.withLock { state in
            state.seen += 1
            defer { state.waiting = nil }
            return (state.seen, state.waiting)
        }
        if count == 1 {
            Terminal.note(note)
            waiting?.resume()
        } else {
            _exit(128 + number)
        }
    }
}
