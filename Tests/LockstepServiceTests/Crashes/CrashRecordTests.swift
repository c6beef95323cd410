import Testing

@testable import LockstepService

struct CrashRecordTests {
    private let crash: UInt8 = 11

    private func marks(_ jobs: ClosedRange<UInt64>, tried: UInt64? = nil) -> [CrashRecord.Mark] {
        jobs.map { .init(job: $0, isTrial: $0 == tried) }
    }

    @Test func `an end that was no crash makes no job suspected, however often and whatever was under way`() {
        var record = CrashRecord()
        for _ in 0..<25 { record.add(marks(1...3, tried: 2), endedBy: 0) }
        #expect(record == CrashRecord())
    }

    @Test func `all that were under way at a crash are suspects, and no crash outside of a trial makes them more`() {
        var record = CrashRecord()
        for _ in 0..<25 { record.add(marks(1...3), endedBy: crash) }
        #expect((1...3).allSatisfy { record.standing(of: $0) == .suspect })
        #expect(record.standing(of: 4) == .clear)
        #expect(record.entries[2]?.crashes == 1)
    }

    @Test func `a job that crashes in two trials after the first crash is convicted, those beside it are not`() {
        var record = CrashRecord()
        record.add(marks(1...3), endedBy: crash)
        record.add(marks(1...3, tried: 2), endedBy: crash)
        #expect(record.standing(of: 2) == .suspect)
        record.add(marks(1...3, tried: 2), endedBy: 0)
        #expect(record.standing(of: 2) == .suspect)
        record.add(marks(1...3, tried: 2), endedBy: 4)
        #expect(record.standing(of: 2) == .convicted)
        #expect(record.entries[2] == .init(crashes: 3, signal: 4))
        #expect(record.standing(of: 1) == .suspect && record.standing(of: 3) == .suspect)
    }

    @Test func `a job that was cleared begins anew`() {
        var record = CrashRecord()
        record.add(marks(1...1), endedBy: crash)
        record.add(marks(1...1, tried: 1), endedBy: crash)
        record.clear(1)
        #expect(record.standing(of: 1) == .clear)
        record.add(marks(1...1), endedBy: crash)
        #expect(record.entries[1]?.crashes == 1)
    }

    @Test func `a dead letter that is retried gets one trial, and is convicted by one crash in it`() {
        var record = CrashRecord([7: .init(crashes: 3, signal: 11)])
        #expect(record.standing(of: 7) == .convicted)
        record.spend(7)
        #expect(record.standing(of: 7) == .suspect)
        record.add(marks(7...7, tried: 7), endedBy: crash)
        #expect(record.standing(of: 7) == .convicted)
    }

    @Test func `two marks of one job count as one`() {
        var record = CrashRecord([7: .init(crashes: 1, signal: 11)])
        record.add([.init(job: 7, isTrial: true), .init(job: 7, isTrial: true)], endedBy: crash)
        #expect(record.entries[7]?.crashes == 2)
    }

    @Test func `a job that crashes after its trial gets longer ones, and is convicted in those`() {
        var record = CrashRecord()
        record.add(marks(1...2), endedBy: crash)
        record.clear(2)
        for (tries, time) in [(1, 60), (2, 600), (2, 600)] {
            record.endTrial(of: 1)
            #expect(record.standing(of: 1) == .clear)
            record.add(marks(1...2), endedBy: crash)
            #expect(record.standing(of: 1) == .suspect)
            #expect(record.entries[1]?.outlasted == tries && record.entries[1]?.trialTime == .seconds(time))
            #expect(record.entries[1]?.crashes == 1, "others were under way too")
            record.clear(2)
        }
        for _ in 0..<2 { record.add(marks(1...2, tried: 1), endedBy: crash) }
        #expect(record.standing(of: 1) == .convicted)
    }

    @Test func `a job beyond its trial is cleared by a crash that it is not part of, and by no kill`() {
        var record = CrashRecord()
        record.add(marks(1...2), endedBy: crash)
        for job in 1...2 as ClosedRange<UInt64> { record.endTrial(of: job) }
        record.add(marks(1...1), endedBy: 0)
        #expect(record.standing(of: 1) == .suspect && record.entries[1]?.outlasted == 0)
        #expect(record.entries[2] == nil)
        record.endTrial(of: 1)
        record.callOff(1)
        #expect(record.standing(of: 1) == .suspect)
    }
}
