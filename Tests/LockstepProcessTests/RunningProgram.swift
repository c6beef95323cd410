import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A `lockstep` command that runs as a process of its own, so that it can be killed like one.
///
/// Foundation's `Process` learns of an end from a socket that other processes, started at the same moment, may inherit:
/// two tests could wait for each other's processes for ever. Here the system itself is asked, and each wait has an end.
final class RunningProgram: Sendable {
    /// How long a program may take to say a word or to end, on a busy machine.
    static let patience = Duration.seconds(900)

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let id: pid_t
    private let lines: Lines
    /// What the system said of the end; nil while the program runs. Only the holder of the lock asks, or sends a signal:
    /// an id that was waited for may be another process's.
    private let status = Mutex<Int32?>(nil)

    /// The program as the package manager built it, beside the tests.
    static let executable: URL = {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return tests.appending(path: "lockstep")
    }()

    /// - Parameters:
    ///   - descriptors: how many the system lets it have; nil is as many as the tests.
    ///   - environment: variables beside the tests' own, as `NAME=VALUE`.
    convenience init(_ arguments: [String], descriptors: Int? = nil, environment: [String] = []) throws {
        let pipe = try Channel()
        try self.init(arguments, descriptors: descriptors, environment: environment, output: pipe.input)
        close(pipe.input)
        lines.read(pipe.output)
    }

    /// - Parameter output: where its output and errors go; nobody reads them here.
    init(_ arguments: [String], descriptors: Int? = nil, environment: [String] = [], output: Int32) throws {
        var words = [Self.executable.path] + arguments
        if !environment.isEmpty { words = ["/usr/bin/env"] + environment + words }
        if let descriptors {
            words = ["/bin/sh", "-c", "ulimit -n \(descriptors) && exec \"$0\" \"$@\""] + words
        }
        id = try Self.spawn(words, output: output)
        lines = Lines()
    }

    deinit { killNow() }

    private static func spawn(_ words: [String], output: Int32) throws -> pid_t {
        #if canImport(Glibc)
            var actions = posix_spawn_file_actions_t()
        #else
            var actions: posix_spawn_file_actions_t?
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // No descriptor of the tests beside this one.
        #if canImport(Glibc)
            _ = closeFrom(&actions, 3)
        #else
            var attributes: posix_spawnattr_t?
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_CLOEXEC_DEFAULT))
        #endif
        let arguments = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        var id: pid_t = 0
        #if canImport(Glibc)
            let failed = posix_spawn(&id, words[0], &actions, nil, arguments + [nil], environ)
        #else
            let failed = posix_spawn(&id, words[0], &actions, &attributes, arguments + [nil], environ)
        #endif
        guard failed == 0 else { throw Failure(description: "\(words[0]): \(String(cString: strerror(failed)))") }
        return id
    }

    /// The first line (also of those already printed) that contains `text`; nil if the program ended without one.
    func line(containing text: String) async -> String? {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let (line, isLast) = lines.first(containing: text)
            if line != nil || isLast { return line }
            guard ContinuousClock.now < deadline else {
                Issue.record("“\(text)” was not said within \(Self.patience): \(output.suffix(1_000))")
                return nil
            }
            await pause()
        }
    }

    /// What it said so far; all, once it was waited for.
    var output: String { lines.all }

    /// `kill -9`, and waits until the process is gone.
    func kill() async { _ = await end(with: SIGKILL) }

    /// The same while the caller does something else.
    func killFromElsewhere() async { await kill() }

    /// The same without waiting, but for the system to forget the process.
    func killNow() {
        signal(SIGKILL)
        status.withLock { status in
            guard status == nil else { return }
            var left: Int32 = 0
            while waitpid(id, &left, 0) == -1 && errno == EINTR {}
            status = left
        }
    }

    /// Ends it as an operator would.
    func terminate() async -> Int32 { await end(with: SIGTERM) }

    func signal(_ number: Int32) {
        status.withLock { if $0 == nil { _ = Self.send(number, to: id) } }
    }

    /// Its exit code (or the signal that ended it), once it has ended and its output is read. Blocks no thread: the other
    /// tests have few to run on.
    func wait() async -> Int32 {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let status = ended, lines.areComplete { return status & 0x7F == 0 ? status >> 8 & 0xFF : status & 0x7F }
            guard ContinuousClock.now < deadline else {
                Issue.record("did not end within \(Self.patience), and is killed: \(output.suffix(1_000))\n\(threads)")
                killNow()
                return -1
            }
            await pause()
        }
    }

    private var ended: Int32? {
        status.withLock { status in
            var left: Int32 = 0
            if status == nil, waitpid(id, &left, WNOHANG) == id { status = left }
            return status
        }
    }

    /// Where the system holds each thread of the process, where it tells.
    private var threads: String {
        let tasks = "/proc/\(id)/task"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []  // not Linux
        return names.map { name in
            let place = try? String(contentsOfFile: "\(tasks)/\(name)/wchan", encoding: .utf8)
            let title = try? String(contentsOfFile: "\(tasks)/\(name)/comm", encoding: .utf8)
            return "\(name) \(title ?? "") \(place ?? "")"
        }.joined(separator: "\n")
    }

    /// Another process: nothing here is woken by what it does. A cancelled test goes on looking until the deadline.
    private func pause() async {
        await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }

    private func end(with number: Int32) async -> Int32 {
        signal(number)
        return await wait()
    }

    private static func send(_ number: Int32, to id: pid_t) -> Int32 {
        #if canImport(Glibc)
            Glibc.kill(id, number)
        #else
            Darwin.kill(id, number)
        #endif
    }
}

/// A pipe, of which a program gets the input as its output.
struct Channel {
    let output: Int32
    let input: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        let failed = pipe(&ends)
        guard failed == 0 else { throw RunningProgram.Failure(description: "no pipe: \(errno)") }
        (output, input) = (ends[0], ends[1])
    }
}

#if canImport(Glibc)
    /// In the C library since 2.34, but not in the headers as Swift sees them.
    private let closeFrom = unsafeBitCast(
        dlsym(dlopen(nil, RTLD_NOW), "posix_spawn_file_actions_addclosefrom_np"),
        to: (@convention(c) @Sendable (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32).self)
#endif

/// Lines as a process prints them, read on a thread that ends with the process.
private final class Lines: Sendable {
    private struct State {
        var printed: [String] = []
        var isRead = false
        var isComplete = false
    }

    private let state = Mutex(State())

    /// Takes over the descriptor.
    func read(_ descriptor: Int32) {
        state.withLock { $0.isRead = true }
        Thread.detachNewThread { [weak self] in
            var rest: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = Self.read(descriptor, into: &piece)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                rest += piece[..<count]
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    self?.add(String(decoding: rest[..<end], as: UTF8.self))
                    rest.removeSubrange(...end)
                }
            }
            close(descriptor)
            if !rest.isEmpty { self?.add(String(decoding: rest, as: UTF8.self)) }
            self?.state.withLock { $0.isComplete = true }
        }
    }

    private static func read(_ descriptor: Int32, into piece: inout [UInt8]) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, &piece, piece.count)
        #else
            Darwin.read(descriptor, &piece, piece.count)
        #endif
    }

    var all: String { state.withLock { $0.printed.joined(separator: "\n") } }

    /// Nothing more will come.
    var areComplete: Bool { state.withLock { !$0.isRead || $0.isComplete } }

    /// The first such line, and whether none can come any more.
    func first(containing text: String) -> (String?, isLast: Bool) {
        state.withLock { state in (state.printed.first { $0.contains(text) }, state.isComplete) }
    }

    private func add(_ line: String) { state.withLock { $0.printed.append(line) } }
}
