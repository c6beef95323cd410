import ConfigurationReading
import RateLimits
import DurableQueue

/// A credential's budget as `/api/budget` tells it. Every key is there, also those without a value.
struct BudgetAnswer: Encodable, Sendable {
    struct Window: Encodable, Sendable {
        var window: String
        var limit: Int
        var used: Int
        var left: Int
        /// When this window alone lets a call through; null once a running call must end first.
        @Nullable var opensAt: String?
    }

    /// The limits of one Keap account, and the gyms that write to it.
    struct Account: Encodable, Sendable {
        var gyms: [String]
        var windows: [Window]
        @Nullable var closedUntil: String?
    }

    /// How the day's quota is spread.
    struct Pacing: Encodable, Sendable {
        /// Both in percent.
        var reserve: Int
        var burst: Int
        /// Calls that may have been used by now.
        var releasedToLive: Int
        var releasedToBulk: Int
        /// When the pace lets the next call of an import through; null if it does now.
        @Nullable var opensToBulkAt: String?
    }

    struct Waiting: Encodable, Sendable {
        var gym: String
        /// Calls that wait, for a slot or for their budget.
        var live: Int
        var bulk: Int
        /// Changes that are not delivered yet.
        var changes: Int
    }

    var credential: String
    /// `key` or `client`.
    var kind: String
    var gyms: [String]
    var windows: [Window]
    var accounts: [Account]
    /// What keeps the next call waiting, leaving accounts aside.
    @Nullable var binding: String?
    @Nullable var closedUntil: String?
    @Nullable var pacing: Pacing?
    /// Over the last hour, or since the start; null in the first minute.
    @Nullable var callsPerHour: Int?
    /// When the day's quota is used up at this pace; null if it lasts the day.
    @Nullable var runsOutAt: String?
    var callsInFlight: Int
    var waiting: [Waiting]

    init(
        _ credential: KeapCredential, _ status: BudgetStatus, _ counts: QueueCounts, _ backlog: Backlog, at wall: Int64
    ) {
        func time(in delay: Duration?) -> String? { delay.map { JobAnswer.time(wall + $0.milliseconds) } }
        func window(_ window: BudgetStatus.Window) -> Window {
            Window(
                window: window.window.rawValue, limit: window.limit, used: window.used,
                left: max(0, window.limit - window.used), opensAt: time(in: window.opensIn))
        }
        self.credential = credential.name
        kind = credential.kind.rawValue
        gyms = credential.gyms.map(\.id.description)
        windows = status.windows.map(window)
        accounts = status.tenants.compactMap { tenant in
            let gyms = credential.gyms.filter { $0.share.tenant == tenant.name }.map(\.id.description)
            // One of an earlier configuration, whose use is kept for a day.
            guard !gyms.isEmpty else { return nil }
            return Account(
                gyms: gyms, windows: tenant.windows.map(window), closedUntil: time(in: tenant.closedFor))
        }
        binding = status.bindingLimit?.rawValue
        closedUntil = time(in: status.closedFor)
        pacing = status.pace.map { pace in
            Pacing(
                reserve: pace.pacing.reserve, burst: pace.pacing.burst, releasedToLive: pace.released[.live] ?? 0,
                releasedToBulk: pace.released[.bulk] ?? 0,
                opensToBulkAt: time(in: pace.opensIn[.bulk].flatMap { $0 > .zero ? $0 : nil }))
        }
        callsPerHour = status.callsPerHour
        runsOutAt = time(in: status.runsOutIn)
        callsInFlight = status.running
        waiting = credential.gyms.map { gym in
            Waiting(
                gym: gym.id.description, live: backlog.waiting(gym.id, .live), bulk: backlog.waiting(gym.id, .bulk),
                changes: counts.tenants[gym.id.tenant]?.pending ?? 0)
        }
    }
}

/// Encodes nil as null: a reader should not have to guess what keys there are.
@propertyWrapper
struct Nullable<Value: Encodable & Sendable>: Encodable, Sendable {
    var wrappedValue: Value?

    init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
