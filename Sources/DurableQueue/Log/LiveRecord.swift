/// A record of the log that is still needed, and what needs it.
public struct LiveRecord: Sendable {
    enum Owner {
        case job(JobID)
        case state(LaneID)
    }

    var owner: Owner
    public var address: LogAddress
    /// Bytes of its payload and of what goes with one, nearly.
    public var size: Int
}
