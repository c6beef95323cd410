import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes lines on a thread of its own, so that a reader which stops reading holds nothing else up.
///
/// Lines wait in a bounded buffer. Those that find it full are dropped and counted, and one line says how many once the
/// reader reads again.
package final class LineWriter: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isWriting = false
        var dropped: UInt64 = 0
        /// Dropped since the last line that told of it.
        var untold: UInt64 = 0
        var flushes: [DispatchSemaphore] = []
    }

    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let limit: Int
    private let output: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - limit: bytes that may wait.
    ///   - output: writes all of it, and blocks for as long as that takes.
    package init(limit: Int = 256 << 10, output: @escaping @Sendable ([UInt8]) -> Void) {
        self.limit = limit
        self.output = output
        let thread = Thread { [self] in turn() }
        thread.name = "line writer"
        thread.start()
    }

    /// Writes to a file descriptor, also one that does not block. After the reader has gone nothing more arrives.
    package convenience init(descriptor: Int32) {
        self.init { bytes in Self.write(bytes, to: descriptor) }
    }

    /// Takes the line, or drops it; returns at once.
    package func write(_ line: String) {
        let isTaken = state.withLock { state in
            let bytes = line.utf8
            guard state.waiting.count + bytes.count < limit else {
                state.dropped += 1
                state.untold += 1
                return false
            }
            state.waiting.append(contentsOf: bytes)
            state.waiting.append(UInt8(ascii: "\n"))
            return true
        }
        if isTaken { wake.signal() }
    }

    /// Lines that were dropped so far.
    package var dropped: UInt64 { state.withLock { $0.dropped } }

    /// Returns when all lines taken so far are written, or when the time is over. Blocks; for the end of a process.
    package func flush(within limit: Duration) {
        let done = DispatchSemaphore(value: 0)
        let isEmpty = state.withLock { state in
            if state.waiting.isEmpty, !state.isWriting { return true }
            state.flushes.append(done)
            return false
        }
        if !isEmpty { _ = done.wait(timeout: .now() + .milliseconds(Int(limit / .milliseconds(1)))) }
    }

    private func turn() {
        while true {
            wake.wait()
            while let bytes = next() { output(bytes) }
        }
    }

    /// What is to be written next; nil when nothing waits.
    private func next() -> [UInt8]? {
        let (bytes, flushes) = state.withLock { state -> ([UInt8]?, [DispatchSemaphore]) in
            state.isWriting = !state.waiting.isEmpty
            guard state.isWriting else {
                defer { state.flushes = [] }
                return (nil, state.flushes)
            }
            var bytes = state.waiting
            state.waiting = []
            if state.untold > 0 {
                let lines = state.untold == 1 ? "1 line was" : "\(state.untold) lines were"
                bytes += Array("warning: \(lines) dropped here, because this log was not being read\n".utf8)
                state.untold = 0
            }
            return (bytes, [])
        }
        for flush in flushes { flush.signal() }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                    Glibc.write(descriptor, buffer.baseAddress, buffer.count)
                #else
                    Darwin.write(descriptor, buffer.baseAddress, buffer.count)
                #endif
            }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // The descriptor was made one that does not block, as a parent process may do.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, 1_000)
            default: return
            }
        }
    }
}
