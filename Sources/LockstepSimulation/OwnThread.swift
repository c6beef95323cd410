import Foundation

/// Runs something long on a thread of its own. Tasks share as many threads as there are cores: one that computes for
/// seconds would hold up all others, and with them their time limits.
package func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = 8 << 20
        thread.start()
    }
}
