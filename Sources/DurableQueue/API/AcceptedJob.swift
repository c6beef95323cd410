/// A job that has just been accepted, or was found pending at the start.
public struct AcceptedJob: Sendable {
    public let id: JobID
    public let tenant: TenantID
    public let kind: UInt8
    public let payload: [UInt8]
}
