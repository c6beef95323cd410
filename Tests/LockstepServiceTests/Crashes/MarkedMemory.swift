import Synchronization

@testable import LockstepService

/// Memory that outlives simulated processes. What a process stores after its end is lost.
final class MarkedMemory: MarkMemory {
    private struct State {
        var words: [UInt64] = Array(repeating: 0, count: RunMarks.words)
        var isEnded = false
    }

    private let state = Mutex(State())

    func load(_ index: Int) -> UInt64 { state.withLock { $0.words[index] } }
    func store(_ word: UInt64, at index: Int) { state.withLock { if !$0.isEnded { $0.words[index] = word } } }
    var signalByte: UnsafeMutablePointer<UInt8>? { nil }

    /// - Parameter signal: of a crash; 0 if the process was killed from outside.
    func end(by signal: UInt8) {
        state.withLock { state in
            if signal != 0 { state.words[RunMarks.signalWord] = UInt64(signal) }
            state.isEnded = true
        }
    }

    func startAgain() { state.withLock { $0.isEnded = false } }
}
