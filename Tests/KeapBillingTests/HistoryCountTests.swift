import Keap
import Testing

@testable import KeapBilling

@Suite struct HistoryCountTests {
    @Test func `what Keap has is counted a page a call`() async throws {
        var account = account()
        account.pageSize = 10
        account.subscriptions = (1...25).map { subscription($0, of: 42, modified: morning) }
        account.orders = (1...40).map { order($0, of: 42, at: morning) }
        let keap = FakeKeap(account)
        let count = try await HistoryCount(in: keap)
        #expect(count.subscriptions == 25)
        #expect(count.orders == 40)
        #expect(keap.takeCalls().count == 3 + 4)
    }

    @Test func `an empty account has nothing`() async throws {
        let count = try await HistoryCount(in: FakeKeap())
        #expect(count.subscriptions == 0)
        #expect(count.orders == 0)
    }
}
