import ChartMogul
import ChartMogulFeed
import ChartMogulSimulator
import Foundation
import Keap
import RateLimits
import Testing
import WireFormats

/// What `check` reads back of a set-up.
@Suite struct SetUpInWordsTests {
    private static let now = "2026-02-10T12:00:00Z"

    private func words(
        _ adjust: (inout FeedSettings) -> Void = { _ in }, _ change: (inout Bills) -> Void = { _ in }
    ) throws -> [String] {
        var bills = Bills(start: "2026-01-12")
        bills.product.name = "Gold Monthly"
        bills.bill("1", "2026-01-12T09:00:00Z")
        bills.subscription.nextBill = CivilDay("2026-02-12")
        change(&bills)
        let words = SubscriptionInWords(bills.snapshot(Self.now), try settings(adjust), now: at(Self.now))
        return try #require(words).lines
    }

    @Test func `a subscription that ends is told with the day of its churn under each setting`() throws {
        func ends(_ bills: inout Bills) { bills.subscription.end = CivilDay("2026-03-03") }
        let plain = try words({ _ in }, ends)
        #expect(
            plain == [
                "for example Ana Ruiz's Gold Monthly (subscription 41), billed monthly: ChartMogul shows 99.00 USD a month",
                "it ends on 2026-03-03 in Keap: with churnAt endDate ChartMogul shows churn on 2026-03-03 00:00 UTC",
            ])
        #expect(
            try words({ $0.churnAt = .endOfPaidPeriod }, ends).last
                == "it ends on 2026-03-03 in Keap: with churnAt endOfPaidPeriod ChartMogul shows churn on 2026-03-12 09:00 UTC"
        )
        #expect(
            try words({ $0.timeZone = TimeZone(identifier: "America/Denver") ?? .gmt }, ends).last?
                .hasSuffix("churn on 2026-03-03 07:00 UTC") == true)
    }

    @Test func `one that goes on is told what an end would make of it`() throws {
        #expect(
            try words().last
                == "it goes on in Keap; were 2026-02-17 its end date, with churnAt endDate ChartMogul shows churn on "
                + "2026-02-17 00:00 UTC")
        #expect(
            try words({ $0.churnAt = .endOfPaidPeriod }).last?.hasSuffix("churn on 2026-03-12 09:00 UTC") == true)
    }

    @Test func `one that is inactive without an end is told by the setting for that`() throws {
        func stops(_ bills: inout Bills) { bills.change("2026-02-05T10:00:00Z") { $0.isActive = false } }
        #expect(
            try words({ _ in }, stops).last
                == "it is inactive in Keap, without an end date: with inactiveWithoutEnd nextBillDate ChartMogul shows churn "
                + "on 2026-02-12 00:00 UTC")
        #expect(
            try words({ $0.inactiveWithoutEnd = .whenSeen }, stops).last?.hasSuffix("on 2026-02-05 10:00 UTC") == true)
    }

    @Test func `one that cannot be billed is told as such, and nothing is told of nothing`() throws {
        #expect(
            try words({ _ in }) { $0.subscription.frequency = 30 }.first?.contains("without a usable billing interval")
                == true)
        #expect(SubscriptionInWords(BillingSnapshot(readAt: 0), try settings(), now: 0) == nil)
    }

    private func advice(
        churn: String = "churn_at_time_of_cancelation", autoChurn: Int? = nil, makesSource: Bool = true
    ) async throws -> AccountAdvice {
        let books = SimulatedBooks { options in
            options.accounts[0].churnRecognition = churn
            options.accounts[0].autoChurnDays = autoChurn
        }
        books.set(now: at(Self.now))
        let caller = FeedCaller(books, urgency: .live)
        if makesSource { _ = try await caller.perform(.createDataSource("Keap")) }
        let source = try await caller.perform(.dataSources(named: "Keap")).first
        return AccountAdvice(try await caller.perform(.account), source)
    }

    @Test func `an account that does as it should is told without a warning`() async throws {
        let advice = try await advice()
        #expect(advice.warnings.isEmpty)
        #expect(
            advice.lines == [
                "ChartMogul's account “k” counts in USD, by the days of Etc/UTC", "bills go to its data source “Keap”",
                "it counts churn on the date on which a subscription ends, as it should",
            ])
        #expect(try await self.advice(makesSource: false).lines.count == 2)
    }

    @Test(arguments: [
        ("churn_at_period_end", "at the end of the last paid period"),
        ("churn_at_click", "when a cancellation was asked for"), ("churn_at_noon", "does not tell when"),
    ])
    func `another churn recognition is warned of, with what to choose`(setting: String, words: String) async throws {
        let warnings = try await advice(churn: setting).warnings
        #expect(
            warnings.count == 1 && warnings[0].contains(words) && warnings[0].contains("Settings > Churn recognition"))
    }

    @Test func `automatic churn is warned of with its days`() async throws {
        let warnings = try await advice(autoChurn: 30).warnings
        #expect(warnings.count == 1 && warnings[0].contains("stay unpaid for 30 days"))
        #expect(warnings[0].contains("Turn automatic churn off"))
        // The account tells of it also before there is a data source.
        #expect(try await advice(autoChurn: 30, makesSource: false).warnings.count == 1)
    }
}
