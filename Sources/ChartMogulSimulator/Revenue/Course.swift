/// A subscription as it came about, of one customer: when it earned what, and when it ended.
struct Course: Sendable {
    let key: ExternalKey
    var stretches: [Stretch] = []
    var trials: [Trial] = []
    /// All that were imported and not taken back, in order, also those without effect.
    var cancellations: [WorldTime] = []
    var scheduled: [WorldTime] = []
    /// Pairs of invoices whose periods lie upon one another, by external id.
    var overlaps: [Overlap] = []

    /// A time in which the subscription earns the same.
    struct Stretch: Hashable, Sendable {
        var from: WorldTime
        /// Nil while it goes on.
        var to: WorldTime?
        var plan: String
        var quantity: Int
        var currency: String
        /// Monthly, in minor units, by currency; none for a free one.
        var amounts: [String: Int]

        func holds(_ time: WorldTime) -> Bool { from <= time && (to.map { time < $0 } ?? true) }
    }

    struct Trial: Hashable, Sendable {
        var from: WorldTime
        var to: WorldTime
    }

    struct Overlap: Hashable, Sendable {
        var earlier: String
        var later: String
        var milliseconds: Int64
    }

    func monthly(at time: WorldTime) -> [String: Int] { stretches.first { $0.holds(time) }?.amounts ?? [:] }
    func isActive(at time: WorldTime) -> Bool { stretches.contains { $0.holds(time) } }

    /// When it ended and did not begin again at once.
    var churns: [WorldTime] {
        stretches.indices.compactMap { index in
            guard let end = stretches[index].to else { return nil }
            return index + 1 < stretches.count && stretches[index + 1].from == end ? nil : end
        }
    }
}
