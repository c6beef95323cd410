import Clocks
import DurableQueue
import RateLimits

/// What a gym's destinations are made with.
struct GymGround: Sendable {
    let gym: GymConfiguration
    let account: KeapAccount
    /// Its part of the account's budget.
    let share: BudgetShare
    /// Nil: its bills go nowhere.
    let chartMogul: ChartMogulAccount?
    let queue: JobQueue
    let clock: any TimeSource
    let log: ServiceLog
}
