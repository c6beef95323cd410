import FileJournal
import Testing

@testable import DurableQueue

@Suite struct SpaceNeedTests {
    private func frame(_ record: QueueRecord) -> Int { Journal.frameSize(payload: record.payload.count) }

    private func accepted(_ payload: Int) -> QueueRecord {
        .accepted(
            AcceptedRecord(
                id: JobID(rawValue: 1 << 40), tenant: TenantID(String(repeating: "t", count: 63)),
                lane: LaneID(rawValue: 1 << 40),
                keys: [
                    LaneKey(kind: 1, value: "123456789012", isExclusive: true),
                    LaneKey(kind: 2, value: "ana@example.org|ana|ruiz", isExclusive: false),
                ], kind: 1, isSnapshot: true, urgency: .live, acceptedAt: 1 << 40, unroutable: nil,
                payload: [UInt8](repeating: 7, count: payload)))
    }

    private func outcome(_ state: Int) -> QueueRecord {
        let lane = LaneID(rawValue: 1 << 40)
        return .outcome(
            OutcomeRecord(
                job: JobID(rawValue: 1 << 40), attempts: 9, ending: .done, lane: lane,
                state: [UInt8](repeating: 7, count: state), merging: [], at: 1 << 40))
    }

    @Test(arguments: [0, 300, 4_000, 1 << 20], [0, 512, 60_000])
    func `what lives after a delivery, or a dead letter of it, fits into what was set aside when the job came`(
        payload: Int, state: Int
    ) {
        func need(jobs: Int, payloads: Int, state: Int?) -> Int {
            let need = SpaceNeed(
                jobs: jobs, payloads: payloads, states: state.map(SpaceNeed.state) ?? 0, lanes: 1, failures: 0,
                keys: 0,
                metadata: 0)
            return need.jobs + need.states
        }
        let next = state + SpaceNeed.growth(forPayload: payload)
        let pending = need(jobs: 1, payloads: payload, state: state)
        // The job, and the state as it was and as it will be, which are never both alive.
        #expect(pending >= frame(accepted(payload)) + frame(outcome(next)) - SpaceNeed.stateFrame)
        // Done, the job's own room is free again.
        #expect(need(jobs: 0, payloads: 0, state: next) >= frame(outcome(next)))
        #expect(need(jobs: 0, payloads: 0, state: next) <= pending)
        // Saved on the way or dead, it is not.
        #expect(pending + SpaceNeed.growth(forPayload: payload) >= need(jobs: 1, payloads: payload, state: next))
        #expect(need(jobs: 0, payloads: 0, state: nil) == 0)
    }

    @Test func `the state's counters are what its rows come to`() async throws {
        let bench = try await QueueHarness { job, state, _ in
            job.payload.count == 5 ? .dead(reason: "no", state: state) : .done(state: state + job.payload)
        }
        try await bench.running {
            var ids: [JobID] = []
            for number in 0..<40 {
                ids.append(
                    try await bench.add("\(number % 7)", payload: [UInt8](repeating: 1, count: number % 9)))
            }
            await bench.expect("all ran") { await bench.queue.counts().tenants.values.allSatisfy { $0.pending == 0 } }
        }
        for bench in [bench, try await QueueHarness(log: bench.log.crash(.killed, luck: 1))] {
            let state = await bench.queue.state
            #expect(state.jobs.payloadBytes == state.jobs.rows.reduce(0) { $0 + Int($1.row.size) })
            #expect(
                state.lanes.stateBytes
                    == state.lanes.rows.reduce(0) {
                        $0 + ($1.row.address == nil ? 0 : SpaceNeed.state(Int($1.row.stateSize)))
                    })
            #expect(state.need.jobs > 0 && state.need.states > 0)
        }
    }
}
