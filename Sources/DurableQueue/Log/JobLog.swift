/// An ordered, durable log of records: all that the queue needs of a disk (or of a database).
public protocol JobLog: Sendable {
    /// Gives the record its place in the order, at once and without blocking.
    func submit(_ kind: UInt8, _ payload: [UInt8], _ space: SpaceCharge) throws(LogFailure) -> LogTicket
    /// Returns when the record survives the death of this process.
    func written(_ ticket: LogTicket) async throws(LogFailure)
    /// Returns when the record survives the loss of power.
    func durable(_ ticket: LogTicket) async throws(LogFailure)
    var durableSequence: UInt64 { get }
    var lastSequence: UInt64 { get }
    /// - Throws: `.damaged` only if the record itself was read and is wrong; `.unreadable` if it could not be read now.
    func read(_ address: LogAddress) async throws(LogFailure) -> (kind: UInt8, payload: [UInt8])
    /// After a refusal: returns when more room was set aside, or could not be. False, at once, if none is on its way.
    func waitForRoom() async -> Bool
    /// What the log must have room for; told whenever it changes.
    ///
    /// - Parameters:
    ///   - jobs: bytes of records of jobs that are not closed, and of what their deliveries may add to states.
    ///   - states: bytes of records with lanes' states.
    ///   - checkpoint: bytes of the next checkpoint, nearly.
    func setNeeds(jobs: Int, states: Int, checkpoint: Int)
    /// Replaces all records up to `upTo` by these, and lets go of what lies in `retiring`.
    func checkpoint(
        _ records: some Sequence<(kind: UInt8, payload: [UInt8])> & Sendable, upTo: UInt64, retiring: Set<UInt64>
    ) async throws(LogFailure)
    /// The segment of the log that a record lies in; segments with nothing alive in them can be retired.
    func segment(of address: LogAddress) -> UInt64
    /// Parts that are full, and no longer written to.
    var closedSegments: [(segment: UInt64, bytes: Int)] { get }
    /// Bytes that may be copied within the log now: what neither new jobs nor the completion of old ones count on.
    var compactionHeadroom: Int { get }
    var isFailed: String? { get }
}

extension JobLog {
    public var compactionHeadroom: Int { .max }
    public func waitForRoom() async -> Bool { false }
}
