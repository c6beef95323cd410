/// Whose jobs these are. Tenants share the queue fairly and know nothing of one another.
public struct TenantID: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ text: String) { rawValue = text }
    public var description: String { rawValue }
}

/// A job's number: the order in which jobs were accepted, over all tenants.
public struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Reads what `description` wrote.
    public init?(_ text: String) {
        guard let number = UInt64(text) else { return nil }
        rawValue = number
    }

    public var description: String { String(rawValue) }
    public static func < (a: JobID, b: JobID) -> Bool { a.rawValue < b.rawValue }
}

/// A lane's number. Lanes that were joined go on under the number of the one that the strongest key led to.
public struct LaneID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public init?(_ text: String) {
        guard let number = UInt64(text) else { return nil }
        rawValue = number
    }

    public var description: String { String(rawValue) }
    public static func < (a: LaneID, b: LaneID) -> Bool { a.rawValue < b.rawValue }
}
