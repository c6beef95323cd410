import Clocks
package import ConfigurationReading
import Keap
import OutboundAPI
import RateLimits

/// Looks at gyms side by side, each for a bounded time.
package enum CheckRun {
    /// At once.
    package static let most = 8
    /// For one gym's checkup: calls that wait longer stay untried.
    package static let patience = Duration.seconds(40)
    /// Limits of calls that no service's budget counts: not all of a key's second, since other programs may use the key.
    private static let gentle = CallLimits(perSecond: most)

    /// Asks Keap itself, where no service runs. Gyms that Keap counts together share one budget, which learns from Keap's
    /// answers what others have used.
    ///
    /// - Parameters:
    ///   - only: the gyms to look at.
    ///   - patience: for each gym.
    ///   - progress: told how many are done.
    package static func alone(
        _ configuration: Configuration, only: Set<GymID>? = nil, in surroundings: ServiceEnvironment = .real,
        patience: Duration = patience,
        progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }
    ) async -> [ConfigurationCheck] {
        let gyms = configuration.gyms.filter { only?.contains($0.id) ?? true }
        let budgets = KeapCredential.untracked(configuration, ceiling: gentle, surroundings)
        let mogul = ChartMogulAccount.all(of: configuration, in: surroundings)
        let checkups = await sideBySide(gyms, progress: progress) { gym in
            guard let budget = budgets[gym.id] else { preconditionFailure("each gym has a budget") }
            let key: APIKey
            switch StoredAccess(of: gym, in: configuration, surroundings) {
            case .key(let known): key = known
            case .missing(let checkup), .over(let checkup): return checkup
            }
            let gateway = KeapAccount.untracked(gym, key, budget, surroundings)
            let bills = BillingCheck(
                of: gym, in: configuration, gym.chartMogul.flatMap { mogul[.init(of: $0)]?.gateway },
                gateway.billing(.live),
                surroundings.clock)
            return await bounded(gym, gateway.calls(), bills: bills, surroundings.clock, patience: patience) {
                if let closed = await budget.status().closedFor {
                    return .budget("Keap has refused a call for want of budget; it takes more in \(closed.roughly)")
                }
                return .budget("Keap's budget let no call through within \(patience.roughly)")
            }
        }
        await surroundings.client?.close()
        return checkups
    }

    /// In the order given, however they end.
    package static func sideBySide<Gym: Sendable>(
        _ gyms: [Gym], progress: @escaping @Sendable (_ done: Int) -> Void,
        _ check: @escaping @Sendable (Gym) async -> ConfigurationCheck
    ) async -> [ConfigurationCheck] {
        await withTaskGroup(of: (Int, ConfigurationCheck).self) { tasks in
            var found: [Int: ConfigurationCheck] = [:]
            var waiting = Array(gyms.enumerated())[...]
            func begin() {
                guard let (place, gym) = waiting.popFirst() else { return }
                tasks.addTask { (place, await check(gym)) }
            }
            for _ in 0..<most { begin() }
            for await (place, checkup) in tasks {
                found[place] = checkup
                progress(found.count)
                begin()
            }
            return gyms.indices.compactMap { found[$0] }
        }
    }

    /// One gym's checkup. When its time is over, what still waits is called off; a call that was sent ends by itself.
    static func bounded(
        _ gym: GymConfiguration, _ calls: any KeapAPI, bills: BillingCheck? = nil, _ clock: any TimeSource,
        patience: Duration = patience, wait: @escaping @Sendable () async -> ConfigurationCheck.CallWait
    ) async -> ConfigurationCheck {
        await clock.run(for: patience) { await ConfigurationCheck.of(gym, calls, bills: bills, wait: wait) }
    }
}
