import KeapBilling

struct BillingConnectionAnswer: Codable, Equatable {
    var gym: String
    /// What was done and found, in sentences.
    var lines: [String] = []
    /// What is wrong and what to do, in sentences.
    var problems: [String] = []
}

/// How much of the past there is.
struct HistoryCountAnswer: Codable, Equatable {
    var subscriptions: Int
    var orders: Int

    init(_ count: HistoryCount) { (subscriptions, orders) = (count.subscriptions, count.orders) }
}

/// How far a reading of the past is.
struct HistoryAnswer: Codable, Equatable {
    enum State: String, Codable {
        case none, running, done

        init(_ progress: HistoryProgress?) { self = progress.map { $0.isDone ? .done : .running } ?? .none }
    }

    var gym: String
    var state: State
    /// Read so far.
    var subscriptions = 0
    var orders = 0
    /// Jobs of the gym that are not delivered yet, live ones among them.
    var waiting = 0
    /// Milliseconds since 1970.
    var startedAt: Int64?
    var endedAt: Int64?

    init(gym: String, _ progress: HistoryProgress?) {
        (self.gym, state) = (gym, State(progress))
        guard let progress else { return }
        (subscriptions, orders) = (progress.subscriptions, progress.orders)
        (startedAt, endedAt) = (progress.startedAt, progress.endedAt)
    }
}
