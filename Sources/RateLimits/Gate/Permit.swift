/// The right to make one call. Its holder tells the gate when the call has ended, once, however it ended.
public struct Permit: Hashable, Sendable {
    let number: UInt64
    /// How many more calls of this share may begin within the next `Permit.soon`, while others wait as they do now.
    package var callsSoon = 0

    package static let soon = Duration.milliseconds(3_500)

    init(number: UInt64) { self.number = number }

    public static func == (a: Permit, b: Permit) -> Bool { a.number == b.number }
    public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// Which of several waiters goes first. Within one urgency, the one that came first.
public enum Urgency: Sendable, CaseIterable {
    case live
    case bulk
}
