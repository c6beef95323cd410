import Dispatch
import Foundation

/// Runs something long on a thread of its own. Tasks share as many threads as there are cores: one that computes for
/// seconds would hold up all others, and with them their time limits. For the same reason one such thread runs at a time.
package func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = Thread {
            turn.wait()
            defer { turn.signal() }
            continuation.resume(returning: body())
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
}

private let turn = DispatchSemaphore(value: 1)
