import Testing

@testable import LockstepPool

@Suite struct JobCensusTests {
    private static func accepted(_ id: UInt64) -> PoolRecord {
        .accepted(
            AcceptedRecord(
                id: JobID(rawValue: id), tenant: .gym, lane: LaneID(rawValue: 1), keys: [], kind: 1, isSnapshot: false,
                urgency: .live, acceptedAt: 0, unplaced: nil, payload: []))
    }

    private static func outcome(_ id: UInt64) -> PoolRecord {
        .outcome(
            OutcomeRecord(
                job: JobID(rawValue: id), attempts: 1, ending: .done, lane: nil, state: [], merging: [], at: 0))
    }

    private func missing(_ records: [PoolRecord]) -> [UInt64] {
        var census = JobCensus()
        for record in records { census.note(kind: record.kind, payload: record.payload) }
        return census.missing.map(\.rawValue)
    }

    @Test func `an id without its acceptance is missing, also if only an outcome tells of it`() {
        #expect(missing([Self.accepted(1), Self.accepted(3), Self.outcome(1), Self.outcome(5)]) == [2, 4, 5])
        #expect(missing([Self.accepted(1), Self.accepted(2)]).isEmpty)
        #expect(missing([]).isEmpty)
    }

    @Test func `what a checkpoint no longer tells of is done, not missing`() {
        let counters = PoolRecord.counters(nextJob: 8, nextLane: 1, done: 7)
        #expect(missing([counters, Self.accepted(8), Self.accepted(10)]) == [9])
        #expect(missing([counters, Self.outcome(3)]).isEmpty)
    }

    @Test func `a record of an unknown kind is passed over`() {
        var census = JobCensus()
        census.note(kind: 200, payload: [9, 9])
        #expect(census.missing.isEmpty)
    }
}
