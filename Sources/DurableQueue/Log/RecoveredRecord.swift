/// A record found at the start.
public struct RecoveredRecord: Sendable {
    public var kind: UInt8
    public var payload: [UInt8]
    /// Nil for a checkpoint's: those stand for themselves.
    public var ticket: LogTicket?

    public init(kind: UInt8, payload: [UInt8], ticket: LogTicket?) {
        self.kind = kind
        self.payload = payload
        self.ticket = ticket
    }
}
