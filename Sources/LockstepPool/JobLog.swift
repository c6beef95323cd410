/// Where a record lies, as the log says; opaque to the queue.
public struct LogAddress: Hashable, Sendable {
    public var rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

public struct LogTicket: Sendable {
    public var sequence: UInt64
    public var address: LogAddress

    public init(sequence: UInt64, address: LogAddress) {
        self.sequence = sequence
        self.address = address
    }
}

/// Space that goes with a record.
public enum LogSpace: Sendable {
    /// Set aside for what the job must still write. A full log refuses.
    case reserve(Int)
    /// Paid from what was set aside; that much goes back. A full log takes it.
    case release(Int)
}

public enum LogFailure: Error, Equatable, Sendable {
    case full
    case failed(String)
    /// What lies there is not what was written, and will not be.
    case damaged(String)
    /// A read met an error that may pass: nothing is known about the record.
    case unreadable(String)
}

/// An ordered, durable log of records: all that the queue needs of a disk (or of a database).
public protocol JobLog: Sendable {
    /// Gives the record its place in the order, at once and without blocking.
    func submit(_ kind: UInt8, _ payload: [UInt8], _ space: LogSpace) throws(LogFailure) -> LogTicket
    /// Returns when the record survives the death of this process.
    func written(_ ticket: LogTicket) async throws(LogFailure)
    /// Returns when the record survives the loss of power.
    func durable(_ ticket: LogTicket) async throws(LogFailure)
    var durableSequence: UInt64 { get }
    var lastSequence: UInt64 { get }
    /// - Throws: `.damaged` only if the record itself was read and is wrong; `.unreadable` if it could not be read now.
    func read(_ address: LogAddress) async throws(LogFailure) -> (kind: UInt8, payload: [UInt8])
    /// Bytes set aside in all; told once after recovery.
    func setReserved(_ bytes: Int)
    /// Replaces all records up to `upTo` by these, and lets go of what lies in `retiring`.
    func checkpoint(
        _ records: some Sequence<(kind: UInt8, payload: [UInt8])> & Sendable, upTo: UInt64, retiring: Set<UInt64>
    ) async throws(LogFailure)
    /// The part of the log that a record lies in; parts with nothing alive in them can be retired.
    func part(of address: LogAddress) -> UInt64
    /// Parts that are full, and no longer written to.
    var closedParts: [(part: UInt64, bytes: Int)] { get }
    /// Bytes that may be copied within the log now: what neither new jobs nor the completion of old ones count on.
    var roomForCopies: Int { get }
    var isFailed: String? { get }
}

extension JobLog {
    public var roomForCopies: Int { .max }
}

/// A record found at the start.
public struct FoundRecord: Sendable {
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
