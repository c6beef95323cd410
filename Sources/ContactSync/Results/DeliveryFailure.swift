import Connectors
import Keap

/// Why a step came to nothing.
enum DeliveryFailure: Error, Equatable {
    case keap(KeapFailure)
    /// Keap answers, but its answers do not go together.
    case contradiction(String)
    /// Our own storage did not take what had to be kept before going on.
    case storage(String)
    /// Something else has to finish first.
    case busy(String)
    case interrupted
    /// Another lane came to the same contact.
    case joining

    var isJoining: Bool { self == .joining }

    /// - Parameters:
    ///   - doing: what was tried, to stand after "Keap refused to".
    ///   - sent: what was sent, as a sentence for the reason of a dead letter.
    func delivery(state: [UInt8], doing: String, sent: String = "") -> Delivery {
        switch self {
        case .contradiction(let reason):
            let sentence = "Keap contradicts itself when asked to \(doing): \(reason)"
            return .retry(reason: sentence, state: state, isDoubtful: true)
        case .interrupted, .keap(.cancelled):
            return .interrupted(state: state)
        case .storage(let reason):
            return .retry(reason: "What had to be kept could not be saved: \(reason)", state: state, isDoubtful: false)
        case .joining:
            return .retry(
                reason: "Another lane came to the same contact; the two go on as one.", state: state,
                isDoubtful: false)
        case .busy(let reason):
            return .retry(reason: reason, state: state, isDoubtful: false)
        case .keap(.unavailable(let reason)):
            return .retry(reason: "Keap could not be reached to \(doing): \(reason)", state: state, isDoubtful: false)
        case .keap(.unauthorized(let message)):
            return .retry(
                reason: "Keap does not accept this gym's key: \(message)", state: state, isDoubtful: false)
        case .keap(.stale):
            return .retry(
                reason: "What was read to \(doing) was too old by the time it could be done.", state: state,
                isDoubtful: false)
        case .keap(.partly(let failure)):
            return DeliveryFailure.keap(failure).delivery(state: state, doing: doing)
        case .keap(.unclear(let reason)):
            return .retry(
                reason: "Keap gave no clear answer when asked to \(doing): \(reason)", state: state, isDoubtful: true)
        case .keap(.refused(let status, let message)):
            // Only what Keap refused is said to be its refusal: what it cannot take is not sent at all.
            guard status != 0 else {
                return .dead(reason: "Keap was not asked to \(doing): \(message)", state: state)
            }
            return .dead(reason: "Keap refused to \(doing) (\(status)): \(message)\(sent)", state: state)
        case .keap(.gone(let message)):
            return .dead(reason: "Keap does not know what it was asked to \(doing): \(message)", state: state)
        }
    }
}
