import ChartMogul
import Keap

/// What a look at a gym's bills found, in sentences.
struct BillingFindings: Sendable {
    var lines: [String] = []
    var problems: [String] = []
    /// What could not be asked yet.
    var untried: [String] = []
    var notes: [String] = []
    var wouldCreate: [String] = []

    mutating func note(_ failure: ChartMogulFailure) {
        switch failure {
        case .unauthorized(let message): problems.append("ChartMogul refuses the key: \(message)")
        case .refused(let status, let message): problems.append("ChartMogul refuses (\(status)): \(message)")
        case .gone(let message): problems.append("ChartMogul does not know what was asked for: \(message)")
        case .unavailable(let reason), .unclear(let reason):
            problems.append("ChartMogul cannot be reached: \(reason)")
        case .cancelled: untried.append("ChartMogul did not answer in time")
        }
    }

    mutating func note(_ failure: KeapFailure) {
        switch failure {
        case .refused(let status, let message):
            problems.append("Keap does not show this key its subscriptions (\(status)): \(message)")
        default: untried.append("no subscription could be read in Keap: \(failure.message)")
        }
    }
}

extension ConfigurationCheck {
    mutating func add(_ found: BillingFindings) {
        settings += found.lines
        problems += found.problems
        untried += found.untried
        notes += found.notes
        wouldCreate += found.wouldCreate
    }
}
