package import ChartMogul
package import Keap

/// How often something is billed.
package struct BillingInterval: Codable, Hashable, Sendable {
    package let cycle: BillingCycle
    package let frequency: Int64

    /// Nil where there can be no such interval: 30 beside a month is meant in days, as Keap's own description has it,
    /// and no gym bills every thirty months.
    package init?(_ cycle: BillingCycle?, _ frequency: Int64?) {
        guard let cycle, let frequency, Self.isPossible(cycle, frequency) else { return nil }
        (self.cycle, self.frequency) = (cycle, frequency)
    }

    private static func isPossible(_ cycle: BillingCycle, _ frequency: Int64) -> Bool {
        switch cycle {
        case .day: (1...366).contains(frequency)
        case .week: (1...53).contains(frequency)
        case .month: (1...24).contains(frequency) || [36, 48, 60].contains(frequency)
        case .year: (1...10).contains(frequency)
        }
    }

    /// Nil for days and weeks.
    var months: Int64? {
        switch cycle {
        case .day, .week: nil
        case .month: frequency
        case .year: 12 * frequency
        }
    }

    /// Of days and weeks.
    var days: Int64 { cycle == .week ? 7 * frequency : frequency }

    package var unit: PlanBody.Unit {
        switch cycle {
        case .day, .week: .day
        case .month: .month
        case .year: .year
        }
    }

    /// In `unit`s: a week is seven days.
    package var count: Int64 { cycle == .week ? 7 * frequency : frequency }

    /// For a plan's name.
    package var words: String { Self.words(count, unit) }

    /// Seven days are a week, however they are counted: one plan has one name.
    package static func words(_ count: Int64, _ unit: PlanBody.Unit) -> String {
        switch (unit, count) {
        case (.day, 1): "daily"
        case (.day, 7): "weekly"
        case (.month, 1): "monthly"
        case (.year, 1): "yearly"
        case (.day, let count) where count % 7 == 0: "every \(count / 7) weeks"
        case (.day, let count): "every \(count) days"
        case (.month, let count): "every \(count) months"
        case (.year, let count): "every \(count) years"
        }
    }
}
