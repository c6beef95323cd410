/// What a lane remembers for one destination.
package protocol DestinationState: Sendable {
    /// The first byte of what it is kept as.
    static var mark: UInt8 { get }

    /// No bytes at all are a state that knows nothing.
    init(bytes: [UInt8]) throws

    var bytes: [UInt8] { get }

    /// The state of a lane that was two; `a` is the lane that goes on.
    static func united(_ a: Self, _ b: Self) -> Self
}
