import Connectors
import Keap

/// A call that failed, and what it was for.
struct ReadingFailure: Error {
    var failure: KeapFailure
    var what: String

    /// Nothing that Keap answers makes a reading wrong for good: whose right is missing gets it some day.
    func delivery(state: [UInt8]) -> Delivery {
        switch failure {
        case .cancelled: .interrupted(state: state)
        case .unclear(let reason):
            .retry(
                reason: "Keap gave no clear answer when asked for \(what): \(reason)", state: state, isDoubtful: true)
        case .unauthorized(let message):
            .retry(reason: "Keap does not accept this gym's key: \(message)", state: state, isDoubtful: false)
        case .refused(let status, let message):
            .retry(reason: "Keap refused to show \(what) (\(status)): \(message)", state: state, isDoubtful: false)
        default:
            .retry(
                reason: "Keap could not be asked for \(what): \(failure.message)", state: state, isDoubtful: false)
        }
    }
}
