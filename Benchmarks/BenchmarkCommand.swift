import ConfigurationReading
import Foundation

/// The command line: finds the benchmark that it names, and runs it in a directory that is removed afterwards.
enum BenchmarkCommand {
    static let usage = """
        swift run -c release LockstepBenchmarks [NAME] [--json] [--rounds N] [--sync-delay 1ms]
          accepts     durable 202s a second over HTTP           (heeds --sync-delay)
          enqueue     durable jobs a second in process          (heeds --sync-delay)
          cycle       jobs a second, accepted, run and done     (heeds --sync-delay)
          peers       the same of nginx, Redis, beanstalkd, PostgreSQL and SQLite beside ours, where they are installed;
                      peers NAME: one of them                   (heeds --sync-delay)
          memory      bytes of a job, a lane and a contact; memory JOBS LANES: so many pending jobs, and their recovery
          recovery    time to start with a million jobs
          traces      Keap calls a change; traces NAME: one of them
          calls       what calls cost the process that makes them

        --json prints an object: "benchmark", "notes" (sentences) and "results" (an object for each row, whose keys are the
        columns' titles). --rounds N: the figures are medians of N rounds. --sync-delay 1ms: each sync takes that much longer.
        """

    private static let names = [
        "accepts", "enqueue", "cycle", "peers", "memory", "recovery", "traces", "calls",
    ]

    /// Returns the exit code: 0, 1 if a benchmark has no result, 2 for a command line that means nothing.
    static func run(_ arguments: [String]) async -> Int32 {
        if arguments.first == "help" || arguments.contains(where: { ["--help", "-h"].contains($0) }) {
            print(usage)
            return 0
        }
        do {
            if let code = try await runOtherEnd(arguments) { return code }
            let options = try BenchmarkOptions(arguments)
            guard names.contains(options.name) else {
                let nearest = NearestName.of(options.name, among: names) ?? ""
                throw BenchmarkFailure("there is no benchmark “\(options.name)”; the nearest is “\(nearest)”")
            }
            return await run(options)
        } catch {
            complain("\(error)\n\n\(usage)")
            return 2
        }
    }

    private static func run(_ options: BenchmarkOptions) async -> Int32 {
        do {
            let cleanup = try CleanupProcess()
            defer { cleanup.finish() }
            let interruptions = Interruptions(cleanup)
            defer { interruptions.stop() }
            try await measure(options, cleanup)
            return 0
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private static func measure(_ options: BenchmarkOptions, _ cleanup: CleanupProcess) async throws {
        let numbers = options.words.compactMap { Int($0) }.filter { $0 > 0 }
        switch (options.name, numbers.count) {
        case ("accepts", _): try await AcceptsBenchmark(options).run()
        case ("enqueue", _): try await EnqueueBenchmark(options).run()
        case ("cycle", _): try await CycleBenchmark(options).run()
        case ("peers", _): try await PeersBenchmark(options, cleanup: cleanup).run()
        case ("memory", 2): try await BacklogBenchmark(options, jobs: numbers[0], lanes: numbers[1]).run()
        case ("memory", _): try await MemoryBenchmark(options).run()
        case ("recovery", _): try await RecoveryBenchmark(options).run()
        case ("traces", _): try TracesBenchmark(options).run()
        default: try await CallsBenchmark(options).run()
        }
    }

    /// The other ends of benchmarks, in processes of their own, so that one side's processor time is measured alone. Nil: the
    /// command line names none.
    private static func runOtherEnd(_ arguments: [String]) async throws -> Int32? {
        let numbers = arguments.dropFirst().compactMap { Int($0) }.filter { $0 > 0 }
        switch (arguments.first, numbers.count) {
        case (CleanupProcess.command, 0): CleanupProcess.run()
        case ("calls-server", 0): try await CallsServer.run()
        case ("accepting-service", 0): try await AcceptingService.serve()
        case ("accepts-load", 2): try InstructionLoads.accepts(port: numbers[0], numbers[1])
        case ("cycle-load", 1): try await InstructionLoads.cycles(numbers[0])
        default: return nil
        }
        return 0
    }

    private static func complain(_ sentence: String) {
        FileHandle.standardError.write(Data("LockstepBenchmarks: \(sentence)\n".utf8))
    }
}
