import DurableQueue
import EmbeddedHTTP
import Foundation
import LockstepService

/// A service that accepts messages and delivers none, in a directory of its own.
struct AcceptingService {
    let service: Service
    let port: Int
    let directory: URL

    init(syncDelay: Duration = .zero) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appending(path: "lockstep.json")
        let text = """
            {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "data": "journal", "gyms": [{"id": "bench",
             "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": "none"},
             "zenPlanner": {"token": "benchmark-token"}}]}
            """
        try Data(text.utf8).write(to: file)
        var environment = ServiceEnvironment.real
        if syncDelay > .zero { environment.files = DelayedFileSystem(delay: syncDelay) }
        // `run` is never called.
        service = try await Service.open(try Configuration.load(file.path), log: .silent, in: environment)
        port = Int(try service.listen().intake.port)
    }

    /// Messages that it holds.
    var accepted: Int {
        get async { await service.queue.counts().tenants.values.reduce(0) { $0 + $1.pending } }
    }

    /// Prints its port, and accepts until its standard input ends: for a load from another process.
    static func serve() async throws {
        let accepting = try await AcceptingService()
        FileHandle.standardOutput.write(Data("\(accepting.port)\n".utf8))
        await withCheckedContinuation { continuation in
            // Blocks a thread of its own, and none of those that answer.
            Thread.detachNewThread {
                while readLine() != nil {}
                continuation.resume()
            }
        }
        FileHandle.standardOutput.write(Data("accepted \(await accepting.accepted)\n".utf8))
        await accepting.stop()
    }

    func stop() async {
        await service.stop(grace: .seconds(1))
        // Left behind at worst in the system's temporary directory.
        try? FileManager.default.removeItem(at: directory)
    }
}
