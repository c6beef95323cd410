import Foundation

// swift run -c release LockstepBenchmarks [accepts | calls | cycle | enqueue | memory | recovery | traces [NAME]]
let name = CommandLine.arguments.dropFirst().first ?? "accepts"
switch name {
case "accepts": try await AcceptsBenchmark().run()
case "calls": try await CallsBenchmark().run()
// The other end of the calls, in a process of its own, so that the client's processor time is measured alone.
case "calls-server": try await CallsServer.run()
case "cycle": try await CycleBenchmark().run()
case "enqueue": try await EnqueueBenchmark().run()
case "memory": try await MemoryBenchmark().run()
case "recovery": try await RecoveryBenchmark().run()
case "traces": try TracesBenchmark(CommandLine.arguments.dropFirst(2).first).run()
default:
    print("there is no benchmark “\(name)”; there are: accepts, calls, cycle, enqueue, memory, recovery, traces")
    exit(2)
}
