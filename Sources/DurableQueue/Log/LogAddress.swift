/// Where a record lies, as the log says; opaque to the queue.
public struct LogAddress: Hashable, Sendable {
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}
