import Foundation

// swift run -c release LockstepBenchmarks [accepts | memory | recovery]
let name = CommandLine.arguments.dropFirst().first ?? "accepts"
switch name {
case "accepts": try await AcceptsBenchmark().run()
case "memory": try await MemoryBenchmark().run()
case "recovery": try await RecoveryBenchmark().run()
default:
    print("there is no benchmark “\(name)”; there are: accepts, memory, recovery")
    exit(2)
}
