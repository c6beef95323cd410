import Foundation
import OutboundAPI

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What calls of an API cost this process while they wait, and how many it can make a second. Beside it, in the same run,
/// Foundation's `URLSession`.
struct CallsBenchmark {
    private let options: BenchmarkOptions
    private let server: Process
    private let base: String
    private static let never = Duration.seconds(600)

    init(_ options: BenchmarkOptions) throws {
        self.options = options
        server = Process()
        server.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        server.arguments = ["calls-server"]
        let (input, output) = (Pipe(), Pipe())
        server.standardInput = input
        server.standardOutput = output
        try server.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        base = "http://127.0.0.1:" + line.filter(\.isNumber)
    }

    func run() async throws {
        defer { server.terminate() }
        let client = CurlClient()
        let transport = CurlTransport(base: base, peer: "the server", through: client)
        let floor = URLSessionFloor(base: base)
        @Sendable func curl(_ milliseconds: Int) async throws {
            let request = APIRequest(
                APIEndpoint("call"), .post, ["\(milliseconds)"], body: Array(#"{"given_name":"Ana"}"#.utf8))
            guard try await transport.send(request, deadline: Self.never).status == 200 else {
                throw CancellationError()
            }
        }
        var table = ResultTable(["", "libcurl", "URLSession"])
        func compare(
            _ what: String, _ measure: (_ call: @escaping @Sendable (Int) async throws -> Void) async throws -> Double
        )
            async throws
        {
            let (own, other) = (try await measure(curl), try await measure(floor.call))
            table.add([.text(what), .number(own, digits: 2), .number(other, digits: 2)])
        }
        try await compare("32 calls that wait, % of a core") { call in
            try await Self.load { try await Self.repeated(32, 1) { try await call(5_000) } }
        }
        try await compare("5 calls a second at 200 ms, % of a core") { call in
            try await Self.load {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<50 {
                        group.addTask {
                            try await Task.sleep(for: .milliseconds(200 * number))
                            try await call(200)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
        for count in [1, 64] {
            try await compare("calls a second, \(count) at once") { call in
                try await Self.repeated(count, 5_000 / count) { try await call(0) }
            }
        }
        let counters = client.counters
        table.note("connections of libcurl: \(counters.opened) opened, \(counters.reused) times used again")
        await client.close()
        table.show(options)
    }

    /// Calls a second of `count` callers, each of which calls so often.
    @discardableResult
    private static func repeated(
        _ count: Int, _ times: Int, _ call: @escaping @Sendable () async throws -> Void
    ) async throws -> Double {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { for _ in 0..<times { try await call() } } }
            try await group.waitForAll()
        }
        return Double(count * times) / (ContinuousClock.now - start).seconds
    }

    /// The share of a core, in percent, that this process took meanwhile.
    private static func load(_ body: () async throws -> Void) async rethrows -> Double {
        let (start, before) = (ContinuousClock.now, processorTime)
        try await body()
        return (processorTime - before) / (ContinuousClock.now - start).seconds * 100
    }

    /// Of this process, its servers not included, in seconds.
    private static var processorTime: Double {
        var usage = rusage()
        #if canImport(Glibc)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
            getrusage(RUSAGE_SELF, &usage)
        #endif
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
