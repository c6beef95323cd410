import ContactSync
import Keap

/// The result of reading an event.
package enum OnceHubReading: Equatable, Sendable {
    case change(BookingChange)
    /// An event of OnceHub's, but nothing can be done with it as it is. The reason tells a person why, in sentences.
    case unplaced(event: String, reason: String)
    /// An event about no booking, such as a conversation.
    case ignored(event: String, String)
}

/// A body that is no event at all; the sentence is for its sender.
package struct OnceHubReadError: Error, Equatable, Sendable {
    package var sentence: String
    init(_ sentence: String) { self.sentence = sentence }
}

/// Why an event cannot be placed, in sentences.
struct Unplaced: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}
