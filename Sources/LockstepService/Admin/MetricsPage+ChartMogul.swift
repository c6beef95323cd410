import ConfigurationReading
import ChartMogul
import Connectors
import OutboundAPI

extension MetricsPage {
    /// Bills on their way from Keap to ChartMogul. Families without a sample where no gym has a `chartMogul` section.
    static func write(_ billing: BillingWatches, to page: inout PrometheusText) async {
        var accounts: [(name: String, endpoints: [APIEndpoint: EndpointCounters], isOpen: Bool)] = []
        for account in billing.accounts {
            var isOpen = false
            if case .open = await account.gateway.circuit { isOpen = true }
            accounts.append((account.firstGym, await account.gateway.counters(), isOpen))
        }
        page.family("lockstep_chartmogul_calls_total", .counter, "Calls on ChartMogul, by endpoint.")
        for account in accounts {
            for (endpoint, counters) in account.endpoints.sorted(by: { $0.key.name < $1.key.name }) {
                let labels = [("account", account.name), ("endpoint", endpoint.name)]
                page.sample("lockstep_chartmogul_calls_total", labels, counters.calls)
            }
        }
        func family(
            _ name: String, _ kind: PrometheusText.Kind, _ help: String,
            _ value: ((endpoints: [APIEndpoint: EndpointCounters], isOpen: Bool)) -> Double
        ) {
            page.family(name, kind, help)
            for account in accounts {
                page.sample(name, [("account", account.name)], value((account.endpoints, account.isOpen)))
            }
        }
        family("lockstep_chartmogul_call_seconds_total", .counter, "Time that calls took, all together.") {
            $0.endpoints.values.reduce(0) { $0 + $1.latency.inSeconds }
        }
        family("lockstep_chartmogul_throttled_total", .counter, "Calls that ChartMogul answered with 429.") {
            Double($0.endpoints.values.reduce(0) { $0 + $1.throttled })
        }
        family("lockstep_chartmogul_failures_total", .counter, "Calls that failed otherwise.") {
            Double($0.endpoints.values.reduce(0) { $0 + $1.failures.values.reduce(0, +) })
        }
        family("lockstep_chartmogul_circuit_open", .gauge, "1 while calls wait for ChartMogul or for another key.") {
            $0.isOpen ? 1 : 0
        }
        page.family("lockstep_keap_hooks_working", .gauge, "1 while Keap's hooks tell of every change of bills.")
        for watch in billing.all where watch.desk != nil {
            page.sample("lockstep_keap_hooks_working", [("gym", watch.gym.description)], watch.hooks.isHealthy ? 1 : 0)
        }
        page.family(
            "lockstep_bills_read_timestamp_seconds", .gauge, "When a gym's bills in Keap were last read as a whole.")
        for watch in billing.all {
            guard let time = await watch.readAt() else { continue }
            page.sample(
                "lockstep_bills_read_timestamp_seconds", [("gym", watch.gym.description)], Double(time) / 1_000)
        }
    }
}
