import ChartMogulFeed
import Connectors
import DurableQueue
import KeapBilling

/// The places where changes go. A new one is a line here, and its settings one in `GymDestinations.kinds`.
enum Destinations {
    static let all = [DestinationKind(ContactDestination.make), DestinationKind(Feed.make)]

    /// What reads where a source only hints. Their settings are the source's.
    static let readers = [DestinationKind(BillingReader.make)]

    /// The state of a lane that was two; `a` is the lane that goes on.
    ///
    /// One that cannot be read stays: delivering says what is wrong with it.
    static func merge(_ a: LaneState, _ b: LaneState) -> LaneState {
        guard let mark = a.bytes.first ?? b.bytes.first, let destination = owner(of: mark) else { return a }
        guard let other = b.bytes.first, other != mark else { return destination.merge(a, b) }
        // The keys of two destinations differ, so their lanes never meet: `b` is one that cannot be read.
        return owner(of: other) == nil ? b : a
    }

    /// The section of a gym's configuration with which such a change can be delivered.
    static func section(of change: any InboundChange) -> String? {
        (all + readers).first { $0.takes(change) }?.section
    }

    private static func owner(of mark: UInt8) -> DestinationKind? { (all + readers).first { $0.mark == mark } }
}

/// One kind of destination: how the service makes it for a gym, and knows its lanes.
struct DestinationKind: Sendable {
    /// The key of its section in a gym's configuration.
    let section: String
    /// The first byte of what its lanes remember.
    let mark: UInt8
    let takes: @Sendable (any InboundChange) -> Bool
    /// Nil for a gym that does not use it.
    let make: @Sendable (GymGround) async throws -> (any Destination)?
    let merge: @Sendable (LaneState, LaneState) -> LaneState

    init<Target: Destination>(_ make: @escaping @Sendable (GymGround) async throws -> Target?) {
        section = Target.Settings.section
        mark = Target.State.mark
        takes = { $0 is Target.Change }
        self.make = make
        merge = { a, b in
            guard let first = try? a.value({ try Target.State(bytes: $0) }) else { return a }
            guard let second = try? b.value({ try Target.State(bytes: $0) }) else { return b }
            let united = Target.State.united(first, second)
            return LaneState(united.bytes, decoded: united)
        }
    }
}
