/// When the next poll is due. Keeps no clock.
package struct PollTimer: Equatable, Sendable {
    package var settings: ReadingSettings
    /// Whether Keap tells of every change by itself. Without hooks it does not.
    package var isHealthy = false

    package init(_ settings: ReadingSettings) { self.settings = settings }

    /// Milliseconds since 1970; not later than now: at once.
    package func due(_ state: ReadingState, at now: Int64) -> Int64 {
        guard let last = state.polledAt else { return now }
        let pause = (isHealthy ? settings.healthyPoll : settings.failingPoll).components.seconds * 1_000
        // A clock that was set back must not stop the polls.
        let regular = min(last, now) + pause
        guard let first = state.due.first else { return regular }
        // What its own day asks for is asked for once: by the last poll, if that came after.
        let day = DueDates.begin(of: first, in: settings.timeZone)
        return day <= last ? regular : min(regular, day)
    }

    /// Names the poll that follows those of a state, so that it waits once.
    package static func key(after state: ReadingState) -> String { "keap-poll/\(state.polls + 1)" }
}
