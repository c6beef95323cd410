public struct LogTicket: Sendable {
    public var sequence: UInt64
    public var address: LogAddress

    public init(sequence: UInt64, address: LogAddress) {
        self.sequence = sequence
        self.address = address
    }
}
