/// The right to make one call. Whoever holds it tells the gate when the call has ended, once, however it ended.
public struct Permit: Hashable, Sendable {
    let number: UInt64
}

/// Who goes first when several wait. Within one urgency, whoever came first.
public enum Urgency: Sendable, CaseIterable {
    case live
    case bulk
}
