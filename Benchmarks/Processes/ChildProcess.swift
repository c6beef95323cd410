import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A program that a benchmark starts, and ends by its process id.
final class ChildProcess {
    private let name: String
    private let id: pid_t
    /// What it says, in a file.
    private let log: URL
    private let cleanup: CleanupProcess
    private let stopSignal: Int32
    private var status: Int32?

    /// - Parameters:
    ///   - words: the program, found where programs are, and its arguments.
    ///   - user: whom it runs as if this process is root's.
    ///   - stopSignal: what asks it to end.
    init(
        _ words: [String], in place: PeerPlace, asUser user: String? = nil, isSlowed: Bool = false,
        stopSignal: Int32 = SIGTERM
    ) throws {
        name = words[0]
        guard let path = Programs.path(of: name) else { throw BenchmarkFailure("\(name) is not installed") }
        var all = [path] + words.dropFirst()
        if let user, geteuid() == 0 {
            guard let runner = Programs.path(of: "setpriv") else {
                throw BenchmarkFailure(
                    "\(name) does not run as root, and setpriv, which changes that, is not installed")
            }
            // Becomes the program itself, so that the process id is the server's own.
            all = [runner, "--reuid", user, "--regid", user, "--clear-groups", "--"] + all
        }
        log = place.directory.appending(path: "\(name)-\(UUID().uuidString.prefix(8)).log")
        (cleanup, self.stopSignal) = (place.cleanup, stopSignal)
        id = try Spawn.start(
            all, input: .nothing, output: log.path, environment: isSlowed ? place.slowSyncs?.environment ?? [:] : [:],
            isOwnGroup: true)
        cleanup.watch(id, endedBy: stopSignal)
    }

    var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Waits for its end, and returns what it said.
    func finish(within limit: Duration = .seconds(120)) throws -> String {
        let start = ContinuousClock.now
        while isRunning {
            guard ContinuousClock.now - start < limit else {
                stop()
                throw BenchmarkFailure("\(name) did not end within \(limit)")
            }
            usleep(500)
        }
        guard status == 0 else { throw BenchmarkFailure("\(name) failed: \(lastWords)") }
        return output
    }

    /// Asks it to end, and kills it if it has not within ten seconds.
    func stop() {
        guard isRunning else { return }
        kill(id, stopSignal)
        for _ in 0..<200 where isRunning { usleep(50_000) }
        guard isRunning else { return }
        kill(id, SIGKILL)
        reap(0)
    }

    /// Returns once it listens on a loopback port.
    func waitUntilListening(on port: UInt16) throws {
        for _ in 0..<200 {
            guard isRunning else { throw BenchmarkFailure("\(name) ended: \(lastWords)") }
            if LoopbackPort.isListening(port) { return }
            usleep(50_000)
        }
        throw BenchmarkFailure("\(name) does not listen after 10 seconds: \(lastWords)")
    }

    private var lastWords: String { output.suffix(300).trimmingCharacters(in: .whitespacesAndNewlines) }

    var isRunning: Bool {
        reap(WNOHANG)
        return status == nil
    }

    private func reap(_ options: Int32) {
        guard status == nil else { return }
        var (code, ended) = (Int32(0), pid_t(0))
        repeat { ended = waitpid(id, &code, options) } while ended < 0 && errno == EINTR
        if ended == id {
            status = code
            cleanup.forget(id)
        }
    }
}
