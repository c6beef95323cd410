import Connectors
import DurableQueue

/// The places where changes go. A new one is a line here, and one where gyms are made.
enum Destinations {
    static let all: [any Destination.Type] = [ContactDestination.self]

    /// The state of a lane that was two; `a` is the lane that goes on.
    ///
    /// One that cannot be read stays: delivering says what is wrong with it.
    static func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
        guard let mark = a.bytes.first ?? b.bytes.first, let destination = owner(of: mark) else { return a }
        guard let other = b.bytes.first, other != mark else { return destination.merge(a, b) }
        // The keys of two destinations differ, so their lanes never meet: `b` is one that cannot be read.
        return owner(of: other) == nil ? b : a
    }

    private static func owner(of mark: UInt8) -> (any Destination.Type)? { all.first { $0.mark == mark } }
}

extension Destination {
    fileprivate static var mark: UInt8 { State.mark }

    fileprivate static func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
        guard let first = try? a.value({ try State(bytes: $0) }) else { return a }
        guard let second = try? b.value({ try State(bytes: $0) }) else { return b }
        let united = State.united(first, second)
        return LaneState(united.bytes, decoded: united)
    }
}
