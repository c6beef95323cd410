import Foundation
import Synchronization

// The main thread waits, and is not handed to Dispatch, which would end it: valgrind cannot follow that.
let arguments = Array(CommandLine.arguments.dropFirst())
let ended = DispatchSemaphore(value: 0)
let exitCode = Mutex(Int32(0))
// The process ends with it.
Task.detached {
    let code = await BenchmarkCommand.run(arguments)
    exitCode.withLock { $0 = code }
    ended.signal()
}
ended.wait()
exit(exitCode.withLock { $0 })
