import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Ends what a benchmark started and removes its files once the benchmark's own process has ended, however it did.
///
/// A process of its own, which reads of each program and directory from a pipe and acts when that closes: also after a crash
/// or a `kill -9`, when the benchmark itself could do neither.
final class CleanupProcess: Sendable {
    /// The word of the command line that makes this program one.
    static let command = "cleanup"

    private struct State {
        var pipe: Int32
        let id: pid_t
    }

    /// Holds all files of the benchmark: temporary directories are made in it.
    let directory: URL
    private let state: Mutex<State>

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-benchmarks-\(UUID().uuidString)")
        // Others may look in: PostgreSQL runs as a user of its own.
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        var ends: [Int32] = [0, 0]
        try require(pipe(&ends) == 0, "no pipe can be made: \(String(cString: strerror(errno)))")
        // A program that held the pipe open would keep it from closing.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let id = try Spawn.start(
            [Programs.own, Self.command], input: .descriptor(ends[0]), output: "/dev/null", isOwnGroup: true)
        state = Mutex(State(pipe: ends[1], id: id))
        // A write after its end fails, and does not end this process.
        signal(SIGPIPE, SIG_IGN)
        tell("directory \(directory.path)")
        setenv("TMPDIR", directory.path, 1)
    }

    /// From now on it ends this program, by this signal first.
    func watch(_ id: pid_t, endedBy signal: Int32) { tell("program \(id) \(signal)") }

    /// The program has ended.
    func forget(_ id: pid_t) { tell("ended \(id)") }

    /// Returns once everything has ended and is removed.
    func finish() {
        state.withLock { state in
            guard state.pipe >= 0 else { return }
            close(state.pipe)
            state.pipe = -1
            var code = Int32(0)
            while waitpid(state.id, &code, 0) < 0 && errno == EINTR {}
        }
    }

    private func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        // Shorter than what a pipe takes in one piece.
        state.withLock { state in _ = write(state.pipe, bytes, bytes.count) }
    }
}

extension CleanupProcess {
    /// What the process itself does.
    static func run() {
        // Whatever ends the benchmark does not end this before it.
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
        var directories: [String] = []
        var programs: [pid_t: Int32] = [:]
        while let line = readLine() {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            let numbers = words.last?.split(separator: " ").compactMap { Int32($0) } ?? []
            switch (words.first, numbers.count) {
            case ("directory", _): directories += words.dropFirst()
            case ("program", 2): programs[numbers[0]] = numbers[1]
            case ("ended", 1): programs[numbers[0]] = nil
            default: continue
            }
        }
        for (id, number) in programs { kill(id, number) }
        for attempt in 0..<200 where programs.keys.contains(where: isRunning) {
            usleep(50_000)
            if attempt == 150 { for id in programs.keys { kill(id, SIGKILL) } }
        }
        // Left behind at worst in the system's temporary directory.
        for path in directories { try? FileManager.default.removeItem(atPath: path) }
    }

    /// One that ended and is only not waited for does not run.
    private static func isRunning(_ id: pid_t) -> Bool {
        guard kill(id, 0) == 0 else { return false }
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return false }
        return !(text.components(separatedBy: ") ").last ?? "").hasPrefix("Z")
    }
}
