import Testing

@testable import DurableQueue

@Suite struct LostJobsTests {
    private static func accepted(_ id: UInt64) -> QueueRecord {
        .accepted(
            AcceptedRecord(
                id: JobID(rawValue: id), tenant: .gym, lane: LaneID(rawValue: 1), keys: [], kind: 1, isSnapshot: false,
                urgency: .live, acceptedAt: 0, unroutable: nil, payload: []))
    }

    private static func outcome(_ id: UInt64) -> QueueRecord {
        .outcome(
            OutcomeRecord(
                job: JobID(rawValue: id), attempts: 1, ending: .done, lane: nil, state: [], merging: [], at: 0))
    }

    private func missing(_ records: [QueueRecord], isFromTheStart: Bool = true) -> [UInt64] {
        var lost = LostJobs()
        for record in records { lost.note(kind: record.kind, payload: record.payload) }
        return lost.ids(isFromTheStart: isFromTheStart).map(\.rawValue)
    }

    @Test func `an id without its acceptance is missing, also if only an outcome tells of it`() {
        #expect(missing([Self.accepted(1), Self.accepted(3), Self.outcome(1), Self.outcome(5)]) == [2, 4, 5])
        #expect(missing([Self.accepted(1), Self.accepted(2)]).isEmpty)
        #expect(missing([]).isEmpty)
    }

    @Test func `what a checkpoint no longer tells of is done, not missing`() {
        let counters = QueueRecord.counters(nextJob: 8, nextLane: 1, done: 7)
        #expect(missing([counters, Self.accepted(8), Self.accepted(10)]) == [9])
        #expect(missing([counters, Self.outcome(3)]).isEmpty)
    }

    @Test func `when the checkpoint is lost too, only what is between jobs that are left is known to be missing`() {
        #expect(missing([Self.accepted(8), Self.accepted(10)], isFromTheStart: false) == [9])
        #expect(missing([Self.outcome(5)], isFromTheStart: false).isEmpty)
    }

    @Test func `a record of an unknown kind is passed over`() {
        var lost = LostJobs()
        lost.note(kind: 200, payload: [9, 9])
        #expect(lost.ids(isFromTheStart: true).isEmpty)
    }
}
