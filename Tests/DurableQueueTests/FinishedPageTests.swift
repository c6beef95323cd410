import Testing

@testable import DurableQueue

struct FinishedPageTests {
    private static func job(_ number: Int) -> JobView {
        JobView(
            id: JobID(rawValue: UInt64(number)), tenant: TenantID("gym"), lane: nil, kind: 1, urgency: .live,
            state: .done, attempts: 1, reason: nil, acceptedAt: 0, finishedAt: Int64(number))
    }

    private static func numbers(_ page: FinishedPage) -> [Int] { page.jobs.map { Int($0.id.rawValue) } }

    @Test func `pages follow one another in the order of finishing`() {
        var finished = FinishedJobs()
        for number in [5, 2, 9] { finished.add(Self.job(number)) }
        let first = finished.after(0, limit: 2)
        #expect(Self.numbers(first) == [5, 2] && first.next == 2 && first.missed == 0)
        let second = finished.after(first.next, limit: 2)
        #expect(Self.numbers(second) == [9] && second.next == 3)
        let none = finished.after(second.next, limit: 2)
        #expect(none.jobs.isEmpty && none.next == 3 && none.missed == 0)
    }

    @Test func `what was forgotten meanwhile is counted`() {
        var finished = FinishedJobs()
        for number in 0..<(FinishedJobs.most + 50) { finished.add(Self.job(number)) }
        let page = finished.after(20, limit: 10)
        #expect(page.missed == 30 && Self.numbers(page) == Array(50..<60) && page.next == 60)
        let last = finished.after(UInt64(FinishedJobs.most + 49), limit: .max)
        #expect(Self.numbers(last) == [FinishedJobs.most + 49])
    }

    @Test func `a number of an earlier process begins anew`() {
        var finished = FinishedJobs()
        finished.add(Self.job(1))
        #expect(Self.numbers(finished.after(.max, limit: 10)) == [1])
        #expect(finished.after(0, limit: 0).jobs.isEmpty)
        #expect(finished.after(0, limit: -1).jobs.isEmpty)
    }
}
