import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A `lockstep` command that runs as a process of its own, so that it can be killed like one.
final class RunningProgram: Sendable {
    // Foundation's Process is not Sendable; it is used under this lock only, and its id is read once.
    private let process: Mutex<Process>
    private let lines: Lines
    let id: Int32

    /// The program as the package manager built it, beside the tests.
    static let executable: URL = {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return tests.appending(path: "lockstep")
    }()

    /// - Parameter descriptors: how many the system lets it have; nil is as many as the tests.
    init(_ arguments: [String], environment: [String: String] = [:], descriptors: Int? = nil) throws {
        let process = Process()
        if let descriptors {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            let script = "ulimit -n \(descriptors) && exec \"$0\" \"$@\""
            process.arguments = ["-c", script, Self.executable.path] + arguments
        } else {
            process.executableURL = Self.executable
            process.arguments = arguments
        }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        id = process.processIdentifier
        lines = Lines(output.fileHandleForReading)
        self.process = Mutex(process)
    }

    deinit { killNow() }

    /// The first line (also of those already printed) that contains `text`; nil if the program ended without one.
    func line(containing text: String) async -> String? { await lines.first(containing: text) }

    var output: String { lines.all }

    /// Everything it said, once it has ended and its output is read to the end.
    var wholeOutput: String { lines.whole }

    /// `kill -9`, and waits until the process is gone.
    func kill() async { _ = await end(with: SIGKILL) }

    /// The same while the caller does something else.
    func killFromElsewhere() async { await kill() }

    /// The same without waiting.
    func killNow() { process.withLock { if $0.isRunning { _ = systemKill(id, SIGKILL) } } }

    /// Ends it as an operator would.
    func terminate() async -> Int32 { await end(with: SIGTERM) }

    /// Its exit code, once it has ended. Blocks no thread: the other tests have few to run on.
    func wait() async -> Int32 {
        while process.withLock({ $0.isRunning }) {
            // Another process: nothing here is woken by its end. Cancelled, it looks without a pause.
            try? await Task.sleep(for: .milliseconds(10))
        }
        return process.withLock { $0.terminationStatus }
    }

    @discardableResult
    private func end(with signal: Int32) async -> Int32 {
        process.withLock { if $0.isRunning { _ = systemKill(id, signal) } }
        return await wait()
    }
}

private func systemKill(_ id: Int32, _ signal: Int32) -> Int32 {
    #if canImport(Glibc)
        Glibc.kill(id, signal)
    #else
        Darwin.kill(id, signal)
    #endif
}

/// Lines as a process prints them, read on a thread that ends with the process.
private final class Lines: Sendable {
    private struct State {
        var printed: [String] = []
        var ended = false
        var waiting: [(text: String, continuation: CheckedContinuation<String?, Never>)] = []
    }

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    init(_ handle: FileHandle) {
        let descriptor = dup(handle.fileDescriptor)
        Thread.detachNewThread { [weak self] in
            let reader = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            var rest: [UInt8] = []
            while true {
                let data = reader.availableData
                if data.isEmpty { break }
                rest += data
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    self?.add(String(decoding: rest[..<end], as: UTF8.self))
                    rest.removeSubrange(...end)
                }
            }
            self?.end()
        }
    }

    /// Waits for the end of the output, on the caller's thread: for tests whose programs end by themselves.
    var whole: String {
        ended.wait()
        ended.signal()
        return all
    }

    var all: String { state.withLock { $0.printed.joined(separator: "\n") } }

    func first(containing text: String) async -> String? {
        await withCheckedContinuation { continuation in
            let known: String?? = state.withLock { state in
                if let line = state.printed.first(where: { $0.contains(text) }) { return .some(line) }
                if state.ended { return .some(nil) }
                state.waiting.append((text, continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func add(_ line: String) {
        let served = state.withLock { state in
            state.printed.append(line)
            let served = state.waiting.filter { line.contains($0.text) }
            state.waiting.removeAll { line.contains($0.text) }
            return served
        }
        for waiter in served { waiter.continuation.resume(returning: line) }
    }

    private func end() {
        let left = state.withLock { state in
            state.ended = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in left { waiter.continuation.resume(returning: nil) }
        ended.signal()
    }
}
