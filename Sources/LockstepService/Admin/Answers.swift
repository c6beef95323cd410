import ContactSync
import Foundation
import Keap
import LockstepLimits
import LockstepPool

/// A job as `/api/jobs` tells it.
struct JobAnswer: Encodable, Sendable {
    var id: String
    var gym: String
    var lane: String?
    var state: String
    var attempts: Int
    var reason: String?
    /// Whom or what its message is about: told of one job, not in lists.
    var person: String?
    var acceptedAt: String
    var finishedAt: String?
    /// When the next try is due, for a waiting job.
    var dueAt: String?

    init(_ job: JobView, person: String? = nil) {
        self.person = person
        id = job.id.description
        gym = job.tenant.rawValue
        lane = job.lane?.description
        state = job.state.name.rawValue
        attempts = job.attempts
        reason = job.reason
        acceptedAt = Self.time(job.acceptedAt)
        finishedAt = job.finishedAt.map(Self.time)
        if case .waiting(let due) = job.state { dueAt = Self.time(due) }
    }

    /// Every key is there, also those without a value: a reader should not have to guess.
    func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(id, forKey: .id)
        try keys.encode(gym, forKey: .gym)
        try keys.encode(lane, forKey: .lane)
        try keys.encode(state, forKey: .state)
        try keys.encode(attempts, forKey: .attempts)
        try keys.encode(reason, forKey: .reason)
        try keys.encode(person, forKey: .person)
        try keys.encode(acceptedAt, forKey: .acceptedAt)
        try keys.encode(finishedAt, forKey: .finishedAt)
        try keys.encode(dueAt, forKey: .dueAt)
    }

    private enum CodingKeys: CodingKey {
        case id, gym, lane, state, attempts, reason, person, acceptedAt, finishedAt, dueAt
    }

    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

/// A gym as `/api/gyms` tells it.
struct GymAnswer: Encodable, Sendable {
    struct Account: Encodable, Sendable {
        /// `closed` is the good state: calls pass.
        var circuit: String
        var reason: String?
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
    var name: String
    var isPaused: Bool
    var jobs: [String: Int]
    var oldestPendingAt: String?
    var needsAttention: Int
    var keap: Account
}

/// One note of `/api/attention`; an entry with several is told as several.
struct AttentionAnswer: Encodable, Sendable {
    var gym: String
    var lane: String
    var person: String
    var field: String?
    var value: String?
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

    /// Every key is there, also those without a value: a reader should not have to guess.
    func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(gym, forKey: .gym)
        try keys.encode(lane, forKey: .lane)
        try keys.encode(person, forKey: .person)
        try keys.encode(field, forKey: .field)
        try keys.encode(value, forKey: .value)
        try keys.encode(note, forKey: .note)
        try keys.encode(job, forKey: .job)
        try keys.encode(at, forKey: .at)
    }

    private enum CodingKeys: CodingKey {
        case gym, lane, person, field, value, note, job, at
    }
}

extension GymAnswer {
    init(_ gym: Gym, _ counts: TenantCounts) async {
        let gateway = await gym.account.gateway.counters()
        let budget = await gym.account.credential.status()
        let tenants = budget.tenants.first { $0.name == gym.account.name }?.windows ?? []
        var keap = Account(
            circuit: "closed", reason: nil, callsInFlight: gateway.inFlight, callsWaiting: gateway.waiting,
            windows: (budget.windows + tenants).map {
                Window(window: $0.window.rawValue, limit: $0.limit, used: $0.used)
            })
        if case .open(let reason, _, let isCredential) = gateway.circuit {
            keap.circuit = isCredential ? "key refused" : "open"
            keap.reason = reason
        }
        self.init(
            id: gym.id.description, name: gym.name, isPaused: counts.isPaused,
            jobs: Dictionary(counts.jobs.map { ($0.key.rawValue, $0.value) }) { $1 },
            oldestPendingAt: counts.oldestPending.map(JobAnswer.time), needsAttention: gym.attention.count,
            keap: keap)
    }
}
