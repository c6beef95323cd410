import ConfigurationReading
import Connectors
import Keap
import FileJournal
import RateLimits
import DurableQueue
import EmbeddedHTTP
import History
import OutboundAPI

extension AdminRoutes {
    func metrics() async -> HTTPAnswer {
        let page = await MetricsPage(
            gyms: gyms, accounts: accounts, credentials: credentials, gymConnections: connections, billing: billing,
            queue: queue,
            journal: journal, intake: intake, connections: client?.counters ?? ConnectionCounters(), log: log,
            alerts: alerts.book.open, history: recorder?.history.standing)
        return Reply.text(200, page.text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
}

/// What `/metrics` tells: everything that an operator would put on a graph or an alert.
struct MetricsPage: Sendable {
    let text: String

    init(
        gyms: Gyms, accounts: [KeapAccount], credentials: [KeapCredential], gymConnections: KeapConnections,
        billing: BillingWatches, queue: JobQueue, journal: Journal, intake: IntakeCounters,
        connections: ConnectionCounters, log: ServiceLog, alerts: [Alert], history: HistoryStanding?
    ) async {
        var page = PrometheusText()
        Self.write(await queue.counts(), gyms, to: &page)
        await Self.write(accounts, to: &page)
        await Self.write(credentials, to: &page)
        Self.write(connections, to: &page)
        Self.write(journal.stats(), segments: journal.segments.count, to: &page)
        page.family("lockstep_intake_answers_total", .counter, "Answers of the intake, by status.")
        for (status, count) in intake.byStatus {
            page.sample("lockstep_intake_answers_total", [("status", String(status))], count)
        }
        page.family("lockstep_source_calls_total", .counter, "Calls at sources' web hooks, by what was made of them.")
        for source in Sources.all {
            let calls = intake.calls(at: source)
            for outcome in Reception.Outcome.allCases {
                let labels = [("source", source.pathName), ("outcome", outcome.rawValue)]
                page.sample("lockstep_source_calls_total", labels, calls[outcome] ?? 0)
            }
        }
        page.family("lockstep_attention", .gauge, "People who need attention though their changes were delivered.")
        for gym in gyms.all {
            page.sample("lockstep_attention", [("gym", gym.id.description)], gym.attention.count)
        }
        page.single(
            "lockstep_log_lines_dropped_total", .counter,
            "Log lines dropped because standard error was not being read.",
            Double(log.dropped()))
        page.family("lockstep_keap_connected", .gauge, "1 while a gym's access token opens its Keap account.")
        for one in gymConnections.all {
            let standing = gymConnections.standing(of: one.gym)
            page.sample(
                "lockstep_keap_connected", [("gym", one.gym.description)], standing?.isUsable == true ? 1 : 0)
        }
        page.family("lockstep_keap_token_refreshes_total", .counter, "Access tokens that were renewed since the start.")
        for one in gymConnections.all {
            page.sample(
                "lockstep_keap_token_refreshes_total", [("gym", one.gym.description)], await one.tokens.refreshes)
        }
        await Self.write(billing, to: &page)
        Self.write(alerts, to: &page)
        if let history { Self.write(history, to: &page) }
        let troubles = await queue.standing
        page.single(
            "lockstep_journal_reads_failing", .gauge, "1 while stored messages cannot be read and are tried again.",
            troubles.readFailure == nil ? 0 : 1)
        page.single(
            "lockstep_notes_dropped_total", .counter, "Small values that were not kept, for want of room.",
            Double(troubles.droppedMetadata))
        text = page.text
    }

    /// One sample for each kind and gym; of alerts that concern all gyms, `gym` is empty.
    private static func write(_ alerts: [Alert], to page: inout PrometheusText) {
        page.family("lockstep_alert_open", .gauge, "Alerts that are open, by kind and gym.")
        var counts: [[String]: Int] = [:]
        for alert in alerts {
            for gym in alert.gyms.isEmpty ? [""] : alert.gyms { counts[[alert.kind.rawValue, gym], default: 0] += 1 }
        }
        for (labels, count) in counts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            page.sample("lockstep_alert_open", [("kind", labels[0]), ("gym", labels[1])], count)
        }
    }

    private static func write(_ history: HistoryStanding, to page: inout PrometheusText) {
        page.single("lockstep_history_bytes", .gauge, "On disk, of what happened to people.", Double(history.bytes))
        page.single(
            "lockstep_history_entries", .gauge, "What happened to people, as far as it is kept.",
            Double(history.entries))
        page.single("lockstep_history_memory_bytes", .gauge, "In memory, to find it by.", Double(history.memory))
        page.single(
            "lockstep_history_dropped_total", .counter, "Entries that were not kept, since the disk did not take them.",
            Double(history.dropped))
    }

    private static func write(_ counts: QueueCounts, _ gyms: Gyms, to page: inout PrometheusText) {
        page.family("lockstep_jobs", .gauge, "Jobs that are not finished, by state.")
        // Also of gyms that are not in the configuration now.
        let names = Set(gyms.all.map(\.id.tenant)).union(counts.tenants.keys).sorted { $0.rawValue < $1.rawValue }
        for tenant in names {
            for state in [JobState.Name.accepted, .running, .waiting, .paused, .dead] {
                let count = counts.tenants[tenant]?.jobs[state] ?? 0
                page.sample("lockstep_jobs", [("gym", tenant.rawValue), ("state", state.rawValue)], count)
            }
        }
        page.family(
            "lockstep_oldest_pending_timestamp_seconds", .gauge,
            "When the oldest job that is not finished was accepted.")
        for tenant in names {
            guard let oldest = counts.tenants[tenant]?.oldestPending else { continue }
            page.sample("lockstep_oldest_pending_timestamp_seconds", [("gym", tenant.rawValue)], Double(oldest) / 1000)
        }
        page.single("lockstep_jobs_done_total", .counter, "Jobs done since the journal began.", Double(counts.done))
        page.single("lockstep_lanes", .gauge, "Lanes that are known.", Double(counts.lanes))
        page.single("lockstep_lanes_running", .gauge, "Lanes that are being worked on.", Double(counts.lanesRunning))
        page.single(
            "lockstep_stale_completions_total", .counter, "Completions by attempts that no longer held their lane.",
            Double(counts.staleCompletions))
    }

    private static func write(_ accounts: [KeapAccount], to page: inout PrometheusText) async {
        var states: [(name: String, gateway: GatewayCounters)] = []
        for account in accounts {
            states.append((account.name, await account.gateway.counters()))
        }
        page.family("lockstep_keap_calls_total", .counter, "Calls on Keap, by endpoint.")
        for state in states {
            for (endpoint, counters) in state.gateway.endpoints.sorted(by: { "\($0.key)" < "\($1.key)" }) {
                let labels = [("account", state.name), ("endpoint", "\(endpoint)")]
                page.sample("lockstep_keap_calls_total", labels, counters.calls)
            }
        }
        func family(
            _ name: String, _ kind: PrometheusText.Kind, _ help: String, _ value: (GatewayCounters) -> Double
        ) {
            page.family(name, kind, help)
            for state in states { page.sample(name, [("account", state.name)], value(state.gateway)) }
        }
        family("lockstep_keap_tag_edits_total", .counter, "Tag edits of single contacts that have ended.") {
            Double($0.merging.edits)
        }
        family("lockstep_keap_tag_edit_calls_total", .counter, "Calls made for them.") { Double($0.merging.calls) }
        family("lockstep_keap_merged_calls_total", .counter, "Those that carried edits of several contacts.") {
            Double($0.merging.mergedCalls)
        }
        family("lockstep_keap_tag_edit_edges_total", .counter, "Tags of contacts that they carried.") {
            Double($0.merging.edges)
        }
        family("lockstep_keap_call_seconds_total", .counter, "Time that calls took, all together.") {
            $0.endpoints.values.reduce(0) { $0 + $1.latency.inSeconds }
        }
        family("lockstep_keap_throttled_total", .counter, "Calls that Keap answered with 429.") {
            Double($0.endpoints.values.reduce(0) { $0 + $1.throttled })
        }
        page.family("lockstep_keap_failures_total", .counter, "Calls that failed, by kind.")
        for state in states {
            for kind in FailureKind.allCases {
                let sum = state.gateway.endpoints.values.reduce(0) { $0 + ($1.failures[kind] ?? 0) }
                let labels = [("account", state.name), ("kind", kind.rawValue)]
                page.sample("lockstep_keap_failures_total", labels, sum)
            }
        }
        family("lockstep_keap_circuit_open", .gauge, "1 while calls wait because Keap fails or refuses the key.") {
            $0.circuit == .closed ? 0 : 1
        }
        page.family(
            "lockstep_keap_endpoint_circuit_open", .gauge, "1 while Keap fails all calls of an endpoint and no others.")
        for state in states {
            for endpoint in state.gateway.failingEndpoints.keys.sorted(by: { $0.name < $1.name }) {
                page.sample(
                    "lockstep_keap_endpoint_circuit_open", [("account", state.name), ("endpoint", endpoint.name)], 1)
            }
        }
    }

    private static func write(_ connections: ConnectionCounters, to page: inout PrometheusText) {
        func counter(_ name: String, _ help: String, _ value: Double) { page.single(name, .counter, help, value) }
        counter("lockstep_connections_opened_total", "Connections opened for calls.", Double(connections.opened))
        counter(
            "lockstep_connections_reused_total", "Calls that went over the connection of an earlier one.",
            Double(connections.reused))
        counter(
            "lockstep_connect_seconds_total", "Time until new connections were ready, all together.",
            connections.connectTime.inSeconds)
        counter("lockstep_call_answers_total", "Calls whose answer began.", Double(connections.answers))
        counter(
            "lockstep_first_byte_seconds_total",
            "Time until their answers began, connecting included, all together.",
            connections.firstByteTime.inSeconds)
        counter(
            "lockstep_call_repeats_prevented_total",
            "Calls on a connection that died, which libcurl was kept from sending again.",
            Double(connections.repeatsPrevented))
    }

    private static func write(_ credentials: [KeapCredential], to page: inout PrometheusText) async {
        var states: [(name: String, budget: BudgetStatus)] = []
        // A credential's windows have its name, a tenant's those of the account: with a key, the same.
        var windows: [(account: String, windows: [BudgetStatus.Window])] = []
        for credential in credentials where !credential.gyms.isEmpty {
            let budget = await credential.status()
            states.append((credential.name, budget))
            windows.append((credential.name, budget.windows))
            for tenant in budget.tenants {
                // One of an earlier configuration has no gym; its use is kept for a day.
                guard let gym = credential.firstGym(of: tenant.name) else { continue }
                windows.append((gym.description, tenant.windows))
            }
        }
        func perWindow(_ name: String, _ help: String, _ value: (BudgetStatus.Window) -> Int) {
            page.family(name, .gauge, help)
            for (account, windows) in windows {
                for window in windows {
                    page.sample(name, [("account", account), ("window", window.window.rawValue)], value(window))
                }
            }
        }
        perWindow("lockstep_keap_budget_limit", "Calls that a window allows.", \.limit)
        perWindow("lockstep_keap_budget_used", "Calls that count in a window now.", \.used)
        page.family("lockstep_keap_budget_waiting", .gauge, "Calls that wait for budget, by gym.")
        for state in states {
            for (share, counts) in state.budget.shares.sorted(by: { $0.key.name < $1.key.name }) {
                for (urgency, count) in counts.sorted(by: { "\($0.key)" < "\($1.key)" }) {
                    let labels = [("account", state.name), ("gym", share.name), ("urgency", "\(urgency)")]
                    page.sample("lockstep_keap_budget_waiting", labels, count)
                }
            }
        }
    }

    private static func write(_ stats: JournalStats, segments: Int, to page: inout PrometheusText) {
        page.single("lockstep_journal_records_total", .counter, "Records written.", Double(stats.records))
        page.single("lockstep_journal_bytes_total", .counter, "Bytes written.", Double(stats.bytes))
        page.single("lockstep_journal_syncs_total", .counter, "Syncs.", Double(stats.syncs))
        page.single(
            "lockstep_journal_refused_total", .counter, "Records refused for want of room.", Double(stats.refused))
        page.single(
            "lockstep_journal_full", .gauge, "1 while messages are refused for want of room.", stats.full == nil ? 0 : 1
        )
        page.single("lockstep_journal_segments", .gauge, "Segments on disk.", Double(segments))
        page.single(
            "lockstep_journal_failed", .gauge, "1 once a write or sync has failed.", stats.poisoned == nil ? 0 : 1)
        page.family("lockstep_journal_sync_seconds", .histogram, "How long syncs take.")
        var total: UInt64 = 0
        let counts = stats.syncMicroseconds.counts
        for (index, count) in counts.enumerated() where index < counts.count - 1 {
            total += count
            let bound = Double(PowerHistogram.bound(index)) / 1e6
            page.sample("lockstep_journal_sync_seconds_bucket", [("le", PrometheusText.number(bound))], Double(total))
        }
        page.sample("lockstep_journal_sync_seconds_bucket", [("le", "+Inf")], Double(stats.syncMicroseconds.count))
        page.sample("lockstep_journal_sync_seconds_sum", [], Double(stats.syncMicroseconds.sum) / 1e6)
        page.sample("lockstep_journal_sync_seconds_count", [], Double(stats.syncMicroseconds.count))
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
