import ContactSync

/// A body that cannot be taken apart at all; the text is a sentence for its sender.
package enum ZenPlannerReadError: Error, Equatable, Sendable {
    case unsupportedMediaType(String)
    case undecodable(String)

    package var sentence: String {
        switch self {
        case .unsupportedMediaType(let sentence), .undecodable(let sentence): sentence
        }
    }
}
