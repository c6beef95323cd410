import Synchronization

/// A lane's durable state: its bytes, and what the handler made of them, which is kept between the lane's jobs.
///
/// Two states with the same bytes are equal.
public struct LaneState: Sendable, ExpressibleByArrayLiteral {
    public let bytes: [UInt8]
    private let decoded: Decoded

    public init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
        decoded = Decoded(nil)
    }

    /// - Parameter value: what decoding the bytes would make; ``value(_:)`` returns it without decoding.
    public init(_ bytes: [UInt8], decoded value: some Sendable) {
        self.bytes = bytes
        decoded = Decoded(value)
    }

    public init(arrayLiteral elements: UInt8...) { self.init(elements) }

    public var isEmpty: Bool { bytes.isEmpty }

    /// What `decode` makes of the bytes; decodes once for all copies of this state. Of one type at a time.
    public func value<Value: Sendable, Failure: Error>(
        _ decode: ([UInt8]) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if let value = decoded.value.withLock({ $0 as? Value }) { return value }
        // Not under the lock: to decode takes long, and twice is harmless.
        let value = try decode(bytes)
        decoded.value.withLock { $0 = value }
        return value
    }

    private final class Decoded: Sendable {
        let value: Mutex<(any Sendable)?>
        init(_ value: (any Sendable)?) { self.value = Mutex(value) }
    }
}

extension LaneState: Equatable {
    public static func == (a: LaneState, b: LaneState) -> Bool { a.bytes == b.bytes }
}
