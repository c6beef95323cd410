/// Work of a known size, for `.ci/instructions`, which counts the instructions of this process.
enum InstructionLoads {
    /// Sends so many messages to a service in another process.
    static func accepts(port: Int, _ count: Int) throws {
        _ = try HTTPLoad(port: port, connections: 16).post(count)
    }

    /// So many whole lives of jobs in this process.
    static func cycles(_ count: Int) async throws {
        let run = try await CycleBenchmark.Run(lanes: 100)
        try await run.complete(count, callers: 16)
        try await run.finish()
    }
}
