/// A job as its handler gets it.
public struct Job: Sendable {
    public let id: JobID
    public let tenant: TenantID
    public let kind: UInt8
    public let payload: [UInt8]
    /// 1 at the first try.
    public let attempt: Int
    /// Milliseconds since 1970.
    public let acceptedAt: Int64
    public let urgency: JobUrgency
}
