import Connectors
import ConfigurationReading
import ContactSync
import Foundation
import Keap
import RateLimits
import DurableQueue
import OutboundAPI

/// A job as `/api/jobs` tells it.
struct JobAnswer: Encodable, Sendable {
    var id: String
    var gym: String
    @NullIfMissing var lane: String?
    var state: String
    var attempts: Int
    @NullIfMissing var reason: String?
    /// The person or thing that its message is about; null once that is not known any more.
    @NullIfMissing var person: String?
    var acceptedAt: String
    @NullIfMissing var finishedAt: String?
    /// When the next try is due, for a waiting job.
    @NullIfMissing var dueAt: String? = nil

    /// - Parameters:
    ///   - isConfigured: whether its gym is.
    ///   - closed: why the gym's changes wait for a person to connect it; nil if they do not.
    init(_ job: JobView, person: String? = nil, isConfigured: Bool = true, closed: String? = nil) {
        self.person = person
        id = job.id.description
        gym = job.tenant.rawValue
        lane = job.lane?.description
        state = job.state.name.rawValue
        attempts = job.attempts
        reason = Self.reason(job, isConfigured: isConfigured, closed: closed)
        acceptedAt = Self.time(job.acceptedAt)
        finishedAt = job.finishedAt.map(Self.time)
        if case .waiting(let due) = job.state { dueAt = Self.time(due) }
    }

    private static func reason(_ job: JobView, isConfigured: Bool, closed: String?) -> String? {
        switch job.state {
        case .paused where !isConfigured:
            "gym \(job.tenant) is not in the configuration: put it back and send SIGHUP, or discard the job"
        case .paused: closed ?? job.reason
        case .waitingToBegin:
            job.reason
                ?? "it waits for its turn at \(job.peer); no call was made for it yet (`lockstep explain \(job.id)`)"
        default: job.reason
        }
    }

    static func time(_ milliseconds: Int64) -> String {
        // Not cut to the millisecond before, where the quotient is a little too small.
        Date(timeIntervalSince1970: Double(milliseconds) / 1000 + 0.000_25)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

/// A gym as `/api/gyms` tells it.
struct GymAnswer: Encodable, Sendable {
    struct Account: Encodable, Sendable {
        /// `closed` is the good state: calls pass.
        var circuit: String
        var reason: String?
        /// Endpoints whose calls alone fail, and why; missing if there are none.
        var failingEndpoints: [String: String]?
        var callsInFlight: Int
        var callsWaiting: Int
        var windows: [Window]
    }

    struct Window: Encodable, Sendable {
        var window: String
        var limit: Int
        var used: Int
    }

    var id: String
    /// Null for a gym that has jobs and is not in the configuration.
    @NullIfMissing var name: String?
    var isConfigured: Bool
    var isPaused: Bool
    var jobs: [String: Int]
    var oldestPendingAt: String?
    var needsAttention: Int
    @NullIfMissing var keap: Account?
    /// Missing for a gym whose bills go nowhere.
    var chartMogul: BillingStatusAnswer?
}

/// One note of `/api/attention`; an entry with several is told as several.
struct AttentionAnswer: Encodable, Sendable {
    var gym: String
    var lane: String
    var person: String
    @NullIfMissing var field: String?
    @NullIfMissing var value: String?
    var note: String
    var job: String
    var at: String

    static func all(of entry: Attention.Entry, gym: GymID) -> [AttentionAnswer] {
        entry.notes.map { note in
            AttentionAnswer(
                gym: gym.description, lane: entry.lane, person: entry.person, field: note.field, value: note.value,
                note: note.text, job: entry.job, at: JobAnswer.time(entry.at))
        }
    }
}

extension GymAnswer {
    /// A gym that has jobs and is not in the configuration.
    init(absent tenant: TenantID, _ counts: TenantCounts) {
        self.init(
            id: tenant.rawValue, name: nil, isConfigured: false, isPaused: counts.isPaused, jobs: counts.byName,
            oldestPendingAt: counts.oldestPending.map(JobAnswer.time), needsAttention: 0, keap: nil)
    }

    init(_ gym: Gym, _ counts: TenantCounts) async {
        let gateway = await gym.account.gateway.counters()
        let budget = await gym.account.credential.status()
        let tenant = gym.account.credential.gyms.first { $0.id == gym.id }?.share.tenant
        let tenants = budget.tenants.first { $0.name == tenant }?.windows ?? []
        var keap = Account(
            circuit: "closed", reason: nil, failingEndpoints: gateway.failingReasons, callsInFlight: gateway.inFlight,
            callsWaiting: gateway.waiting,
            windows: (budget.windows + tenants).map {
                Window(window: $0.window.rawValue, limit: $0.limit, used: $0.used)
            })
        if case .open(let reason, _, let isCredential) = gateway.circuit {
            keap.circuit = isCredential ? "key refused" : "open"
            keap.reason = reason
        }
        if let reason = gym.closed { (keap.circuit, keap.reason) = ("not connected", reason) }
        self.init(
            id: gym.id.description, name: gym.name, isConfigured: true, isPaused: counts.isPaused,
            jobs: counts.byName,
            oldestPendingAt: counts.oldestPending.map(JobAnswer.time), needsAttention: gym.attention.count,
            keap: keap)
    }
}

extension TenantCounts {
    fileprivate var byName: [String: Int] { Dictionary(jobs.map { ($0.key.rawValue, $0.value) }) { $1 } }
}

extension GatewayCounters {
    /// Nil: no endpoint's calls alone fail.
    fileprivate var failingReasons: [String: String]? {
        var reasons: [String: String] = [:]
        for case (let endpoint, .open(let reason, _, _)) in failingEndpoints { reasons[endpoint.name] = reason }
        return reasons.isEmpty ? nil : reasons
    }
}
