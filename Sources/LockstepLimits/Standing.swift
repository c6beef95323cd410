import Synchronization

/// Where somebody stands who comes to a gate several times, one time after the other. For one gate only.
public final class Standing: Sendable {
    private let first = Mutex<UInt64?>(nil)

    public init() {}

    var rank: UInt64? { first.withLock { $0 } }

    func keep(_ rank: UInt64) { first.withLock { $0 = $0 ?? rank } }
}
