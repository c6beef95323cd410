import ChartMogulFeed
import Clocks
import ConfigurationReading
import Keap
import RateLimits
import DurableQueue
import OutboundAPI

/// Looks at gyms of the running service through its own gateways and budgets, so that no limit of Keap's is overrun.
struct ServiceCheck: Sendable {
    let configuration: Configuration
    let gyms: Gyms
    let clock: any TimeSource

    enum Refusal: Error {
        case noSuchGym
        /// The caller's file says something else of the gym than this service was started with.
        case otherSettings
    }

    /// - Parameter settings: the digest of the gym's settings in the caller's file; nil: whatever they are.
    func checkup(of id: String, settings: String?) async throws(Refusal) -> ConfigurationCheck {
        guard let gym = gyms[id], let found = configuration.gyms.first(where: { $0.id == gym.id }) else {
            throw .noSuchGym
        }
        if let settings, settings != found.digest { throw .otherSettings }
        if let reason = gym.hold ?? gym.closed {
            var checkup = ConfigurationCheck(of: found)
            checkup.problems = [reason]
            return checkup
        }
        let circuit = await gym.account.gateway.counters().circuit
        if case .open(_, _, isCredential: true) = circuit, let refusal = circuit.sentence {
            // All calls wait for the next try, half a minute away.
            var checkup = ConfigurationCheck(of: found)
            checkup.problems = [refusal]
            return checkup
        }
        if let wait = await gym.longWait(beyond: CheckRun.patience, among: gyms) {
            var checkup = ConfigurationCheck(of: found)
            checkup.untried = [wait]
            return checkup
        }
        // A person waits for these few calls, so they go before the gym's others.
        let calls = gym.account.gateway.calls(for: gym.share).ahead()
        let feed = gym.destinations.lazy.compactMap { $0 as? Feed }.first
        let bills = BillingCheck(
            of: found, in: configuration, feed?.api, gym.account.gateway.billing(.live, for: gym.share), clock)
        return await CheckRun.bounded(found, calls, bills: bills, clock) {
            if let circuit = await gym.account.gateway.counters().circuit.sentence { return .keap(circuit) }
            return .budget(
                await gym.obstacle(.live, among: gyms)?.sentence ?? "no call came to its turn in time")
        }
    }
}

extension CircuitReport {
    fileprivate var sentence: String? {
        guard case .open(let reason, _, let isCredential) = self else { return nil }
        return isCredential ? "Keap refuses the key: \(reason)" : "Keap cannot be reached: \(reason)"
    }
}

extension Gym {
    /// The gym's share of its account's budget.
    fileprivate var share: BudgetShare {
        account.credential.gyms.first { $0.id == id }?.share ?? BudgetShare(id.description)
    }

    /// What keeps even the next call waiting for longer than that, in a sentence.
    fileprivate func longWait(beyond patience: Duration, among gyms: Gyms) async -> String? {
        let outlook = await account.credential.budget.outlook(for: share, .live)
        guard let opens = outlook.opensIn, opens > patience else { return nil }
        return await obstacle(.live, among: gyms, QueueCounts())?.sentence
    }
}
