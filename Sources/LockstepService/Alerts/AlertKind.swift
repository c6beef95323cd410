/// What an alert is about. Each kind has an entry in the page about operating: its name is the heading.
package enum AlertKind: String, CaseIterable, Codable, Sendable {
    /// Nothing is accepted and nothing delivered until a restart.
    case journalFailed
    /// Messages are refused for want of room.
    case diskFull
    case diskNearlyFull
    /// Stored messages cannot be read.
    case readFailing
    /// Keap refuses a key.
    case keyRefused
    /// A gym's owner must let Lockstep in again, or the OAuth client's settings are wrong.
    case reconnectNeeded
    case keapFailing
    /// Only calls of one endpoint fail.
    case endpointFailing
    /// A day's calls are used up before the day ends.
    case budgetEnding
    case deadLetters
    /// No message of a source for longer than it is ever quiet.
    case sourceSilent
    /// Calls wait because the process may open no more connections.
    case descriptorsShort
    /// Keap does not tell of bills by itself; they are polled.
    case hooksInactive
    case clockJumped

    /// Whether its beginning has a line of its own in the log, written at once where it is met.
    var isLoggedElsewhere: Bool {
        switch self {
        case .journalFailed, .readFailing, .reconnectNeeded: true
        default: false
        }
    }

    /// How long a condition must last before there is an alert: what mends itself sooner is none.
    var grace: Duration {
        switch self {
        // Neither mends itself.
        case .journalFailed, .reconnectNeeded, .clockJumped: .zero
        // Long known when it is met.
        case .sourceSilent: .zero
        case .budgetEnding: .seconds(300)
        default: .seconds(60)
        }
    }

    /// How long a condition must be gone before its alert ends, so that one that comes and goes is one alert.
    var calm: Duration {
        switch self {
        // A message came: that is the end of it.
        case .sourceSilent, .journalFailed, .clockJumped: .zero
        case .budgetEnding: .seconds(900)
        default: .seconds(60)
        }
    }
}
