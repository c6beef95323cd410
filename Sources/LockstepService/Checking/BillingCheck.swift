import ChartMogul
import ChartMogulFeed
import Clocks
import ConfigurationReading
import Connectors
import Keap
import KeapBilling
import RateLimits

/// Reads the set-up of a gym's bills back in words: ChartMogul's account, Keap's hooks, and what the settings make of one
/// real subscription. Changes nothing; costs some eight calls.
struct BillingCheck: Sendable {
    private let settings: FeedSettings
    private let reading: ReadingSettings
    private let hooks: HookDesk?
    private let reader: FeedCaller
    private let keap: any BillingAPI
    private let clock: any TimeSource

    /// Nil for a gym whose bills go nowhere.
    init?(
        of gym: GymConfiguration, in configuration: Configuration, _ api: (any ChartMogulAPI)?,
        _ keap: any BillingAPI & HookAPI, _ clock: any TimeSource
    ) {
        guard let settings = gym.chartMogul, let api else { return nil }
        (self.settings, self.keap, self.clock) = (settings, keap, clock)
        reading = gym.sources[KeapHookSource.self]?.settings ?? ReadingSettings()
        reader = FeedCaller(api, urgency: .live) { !Task.isCancelled }
        if let address = configuration.publicURL, let token = reading.hookToken {
            hooks = HookDesk(gym: gym.id.description, publicURL: address, token: token.text, calls: keap)
        } else {
            hooks = nil
        }
    }

    func findings() async -> BillingFindings {
        var found = BillingFindings()
        var account: AccountSettings?
        do throws(ChartMogulFailure) {
            let settings = try await reader.perform(.account)
            let source = try await reader.perform(.dataSources(named: self.settings.dataSource)).first
            let advice = AccountAdvice(settings, source)
            (found.lines, found.notes, account) = (advice.lines, advice.warnings, settings)
            if source == nil { found.wouldCreate.append("ChartMogul's data source “\(self.settings.dataSource)”") }
        } catch {
            found.note(error)
        }
        await lookAtHooks(&found)
        do throws(KeapFailure) {
            try await lookAtSubscription(account, &found)
        } catch {
            found.note(error)
        }
        return found
    }

    private func lookAtHooks(_ found: inout BillingFindings) async {
        guard let hooks else {
            found.notes.append(
                "without chartMogul.hookToken and publicURL Keap cannot tell of bills: they are found by reading Keap every "
                    + "\(reading.failingPoll.components.seconds) s")
            return
        }
        let look = await hooks.look()
        found.lines += look.lines
        if let trouble = look.trouble { found.notes.append(trouble) }
    }

    /// One that ends, if the newest thousand hold one: it says most.
    private func lookAtSubscription(
        _ account: AccountSettings?, _ found: inout BillingFindings
    ) async throws(KeapFailure) {
        let page = try await keap.subscriptions(.newestFirst, page: nil).items.filter { $0.contact != nil }
        let ending = page.first { $0.end != nil } ?? page.first { !$0.isActive }
        guard let subscription = ending ?? page.first, let contact = subscription.contact else {
            found.lines.append("Keap has no subscription yet")
            return
        }
        let now = clock.wall.milliseconds
        var snapshot = BillingSnapshot(readAt: now, contact: contact)
        snapshot.subscriptions = [subscription]
        snapshot.payer = try await keap.payers(.ids([contact]), page: nil).items.first
        if let product = subscription.product {
            snapshot.products = try await keap.products(.ids([product]), page: nil).items
        }
        let orders = try await keap.orders(.contact(contact), page: nil).items
        snapshot.orders = orders.map { OrderBill($0, transactions: nil) }
        found.lines += SubscriptionInWords(snapshot, settings, now: now)?.lines ?? []
        let currencies = Set(orders.compactMap { $0.total?.currency.uppercased() }.filter { !$0.isEmpty })
        guard let account, let other = currencies.subtracting([account.currency.uppercased()]).min() else { return }
        found.notes.append(
            "Keap's orders are in \(other) and ChartMogul counts in \(account.currency): it converts them by its own rates"
        )
    }
}
