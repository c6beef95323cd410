/// An ordered, durable log of records: append, read, compact. All that the queue needs of a disk, or of a database.
public protocol JobLog: Sendable {
    /// Gives the record its place in the order, at once and without blocking.
    func append(_ kind: UInt8, _ payload: [UInt8], _ space: SpaceCharge) throws(LogFailure) -> LogTicket
    /// Runs `appends` so that what it appends reaches the disk together, once it has returned. It may be read before.
    func together<Value>(_ appends: () -> Value) -> Value
    /// Returns when the record survives the death of this process.
    nonisolated(nonsending) func written(_ ticket: LogTicket) async throws(LogFailure)
    /// Returns when the record survives the loss of power.
    nonisolated(nonsending) func durable(_ ticket: LogTicket) async throws(LogFailure)
    var durableSequence: UInt64 { get }
    var lastSequence: UInt64 { get }
    /// - Throws: `.damaged` only if the record itself was read and is wrong; `.unreadable` if it could not be read now.
    nonisolated(nonsending) func read(_ address: LogAddress) async throws(LogFailure) -> (kind: UInt8, payload: [UInt8])
    /// A record that need not be read from the disk, since it was appended or read with others lately; nil for all others.
    func kept(_ address: LogAddress) -> (kind: UInt8, payload: [UInt8])?
    /// How often more room was set aside.
    var roomGains: UInt64 { get }
    /// After a refusal: returns when more room was set aside than there had been at so many gains, or could not be.
    ///
    /// - Returns: whether there is more. False, at once, if none is on its way.
    func waitForRoom(after gains: UInt64) async -> Bool
    /// What the log must have room for; told whenever it changes.
    ///
    /// - Parameters:
    ///   - jobs: bytes of records of jobs that are not closed, and of what their deliveries may add to states.
    ///   - states: bytes of records with lanes' states.
    ///   - checkpoint: bytes of the next checkpoint, nearly.
    func setNeeds(jobs: Int, states: Int, checkpoint: Int)
    /// Live records that, appended anew, let `compact` free the room around them. A log that frees each record by itself
    /// names none.
    ///
    /// - Parameters:
    ///   - most: bytes that may be copied.
    ///   - isFull: room is worth more than writing.
    func worthCopying(of snapshot: QueueSnapshot, most: Int, isFull: Bool) async -> [LiveRecord]
    /// Replaces all records up to `upTo` by the snapshot's, and frees the room of those that do not live in it.
    ///
    /// - Returns: whether room was freed.
    func compact(to snapshot: QueueSnapshot, upTo: UInt64) async throws(LogFailure) -> Bool
    var isFailed: String? { get }
}

extension JobLog {
    public func together<Value>(_ appends: () -> Value) -> Value { appends() }
    public func kept(_: LogAddress) -> (kind: UInt8, payload: [UInt8])? { nil }
    public var roomGains: UInt64 { 0 }
    public func waitForRoom(after _: UInt64) async -> Bool { false }
    public func worthCopying(of _: QueueSnapshot, most _: Int, isFull _: Bool) async -> [LiveRecord] { [] }
}
