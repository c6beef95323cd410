import ConfigurationReading
import RateLimits
import DurableQueue

/// A credential's budget as `/api/budget` tells it and `lockstep budget` reads it. Every key is there, also those without a value.
package struct BudgetAnswer: Codable, Sendable {
    package struct Window: Codable, Sendable {
        package var window: String
        package var limit: Int
        package var used: Int
        package var left: Int
        /// When this window alone lets a call through; null once a running call must end first.
        @NullIfMissing package var opensAt: String?
    }

    /// The limits of one Keap account, and the gyms that write to it.
    package struct Account: Codable, Sendable {
        package var gyms: [String]
        package var windows: [Window]
        @NullIfMissing package var closedUntil: String?
    }

    /// How the day's quota is spread.
    package struct Pacing: Codable, Sendable {
        /// Both in percent.
        package var reserve: Int
        package var burst: Int
        /// Calls that may have been used by now.
        package var releasedToLive: Int
        package var releasedToBulk: Int
        /// When the pace lets the next call of an import through; null if it does now.
        @NullIfMissing package var opensToBulkAt: String?
    }

    package struct Waiting: Codable, Sendable {
        package var gym: String
        /// Calls that wait, for a slot or for their budget.
        package var live: Int
        package var bulk: Int
        /// Changes that are not delivered yet.
        package var changes: Int
    }

    package var credential: String
    /// `key` or `client`.
    package var kind: String
    package var gyms: [String]
    package var windows: [Window]
    package var accounts: [Account]
    /// What keeps the next call waiting, leaving accounts aside.
    @NullIfMissing package var binding: String?
    @NullIfMissing package var closedUntil: String?
    @NullIfMissing package var pacing: Pacing?
    /// Over the last hour, or since the start; null in the first minute.
    @NullIfMissing package var callsPerHour: Int?
    /// When the day's quota is used up at this pace; null if it lasts the day.
    @NullIfMissing package var runsOutAt: String?
    package var callsInFlight: Int
    package var waiting: [Waiting]

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

extension Duration {
    fileprivate var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
