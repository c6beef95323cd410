import ConfigurationReading

/// An alert as `/api/alerts`, `/healthz` and the web hook tell it. Every key is there, also those without a value.
package struct AlertAnswer: Codable, Sendable {
    package var id: String
    package var kind: String
    /// Null if several gyms are concerned, or all.
    @NullIfMissing package var gym: String?
    /// Empty: all of them.
    package var gyms: [String]
    package var since: String
    @NullIfMissing package var ended: String?
    /// What happened, to whom, and what follows.
    package var problem: String
    package var remedy: String

    init(_ alert: Alert) {
        (id, kind, gyms) = (alert.id, alert.kind.rawValue, alert.gyms)
        (problem, remedy) = (alert.sentence, alert.remedy)
        since = JobAnswer.time(alert.since)
        gym = alert.gym
        ended = alert.ended.map(JobAnswer.time)
    }
}

/// `/api/alerts`.
struct AlertsAnswer: Codable, Sendable {
    /// The oldest first.
    var open: [AlertAnswer]
    /// That have ended, the newest first.
    var recent: [AlertAnswer]

    init(_ book: AlertBook) {
        open = book.open.map(AlertAnswer.init)
        recent = book.recent.map(AlertAnswer.init)
    }
}

/// What the web hook is sent.
struct AlertNotice: Encodable, Sendable {
    var source = "lockstep"
    /// The same when it is sent a second time, since its answer was lost.
    var id: String
    /// `opened` or `ended`.
    var event: String
    /// All of it in one line, where chat services look for it.
    var text: String
    var kind: String
    @NullIfMissing var gym: String?
    var gyms: [String]
    var since: String
    @NullIfMissing var ended: String?
    var problem: String
    var remedy: String

    init(_ change: AlertChange) {
        let alert = AlertAnswer(change.alert)
        id = change.id
        event = change.isEnd ? "ended" : "opened"
        text = change.text
        (kind, gyms, since, problem, remedy) = (alert.kind, alert.gyms, alert.since, alert.problem, alert.remedy)
        gym = alert.gym
        ended = alert.ended
    }
}

extension AlertChange {
    /// For the log and for chats.
    var text: String {
        let place = alert.gyms.isEmpty ? "" : " (\(alert.gyms.joined(separator: ", ")))"
        guard !isEnd else {
            return
                "alert ended: \(alert.kind.rawValue)\(place), since \(JobAnswer.time(alert.since)): \(alert.sentence)"
        }
        return "alert: \(alert.kind.rawValue)\(place): \(alert.sentence). \(alert.remedy)"
    }
}
