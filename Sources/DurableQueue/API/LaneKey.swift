/// One of the names by which jobs about the same thing are recognised, within a tenant.
public struct LaneKey: Hashable, Sendable {
    /// The caller's kind of name, such as "customer number" or "e-mail address".
    public var kind: UInt8
    public var value: String
    /// Whether a lane can have one value of this kind only: two customer numbers are two customers, whatever else
    /// they share.
    public var isExclusive: Bool

    public init(kind: UInt8, value: String, isExclusive: Bool) {
        self.kind = kind
        self.value = value
        self.isExclusive = isExclusive
    }
}
