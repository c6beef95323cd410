import Foundation

// swift run -c release LockstepBenchmarks [accepts | memory | recovery | traces [NAME]]
let name = CommandLine.arguments.dropFirst().first ?? "accepts"
switch name {
case "accepts": try await AcceptsBenchmark().run()
case "memory": try await MemoryBenchmark().run()
case "recovery": try await RecoveryBenchmark().run()
case "traces": try TracesBenchmark(CommandLine.arguments.dropFirst(2).first).run()
default:
    print("there is no benchmark “\(name)”; there are: accepts, memory, recovery, traces")
    exit(2)
}
