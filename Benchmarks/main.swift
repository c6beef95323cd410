import Foundation

guard let options = BenchmarkOptions(Array(CommandLine.arguments.dropFirst())) else {
    print(BenchmarkOptions.usage)
    exit(2)
}
let numbers = options.words.compactMap { Int($0) }
switch (options.name, numbers.count) {
case ("accepts", _): try await AcceptsBenchmark(options).run()
case ("enqueue", _): try await EnqueueBenchmark(options).run()
case ("cycle", _): try await CycleBenchmark(options).run()
case ("memory", 2): try await BacklogBenchmark(options, jobs: numbers[0], lanes: numbers[1]).run()
case ("memory", _): try await MemoryBenchmark(options).run()
case ("recovery", _): try await RecoveryBenchmark(options).run()
case ("traces", _): try TracesBenchmark(options).run()
case ("calls", _): try await CallsBenchmark(options).run()
// The other end of the calls, in a process of its own, so that the client's processor time is measured alone.
case ("calls-server", _): try await CallsServer.run()
default:
    print("there is no benchmark “\(options.name)”\n" + BenchmarkOptions.usage)
    exit(2)
}
