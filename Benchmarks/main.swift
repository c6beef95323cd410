import Foundation

// swift run -c release LockstepBenchmarks [accepts]
let name = CommandLine.arguments.dropFirst().first ?? "accepts"
switch name {
case "accepts": try await AcceptsBenchmark().run()
default:
    print("there is no benchmark “\(name)”; there is: accepts")
    exit(2)
}
