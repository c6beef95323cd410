import Clocks

/// Turns what is found from time to time into alerts: one when a state begins, and one when it ends.
///
/// A condition that is gone within its kind's grace is none. One that comes back before its alert's calm is over goes on
/// with it. Decides only: it keeps no clock and tells no one.
package struct AlertBook: Sendable {
    /// An open alert. Exits: its condition is gone for as long as its kind's calm.
    private struct Open: Sendable {
        var alert: Alert
        /// When the condition was first found gone.
        var goneSince: Instant?
    }

    /// Of those that have ended, this many are remembered.
    static let mostRecent = 100

    /// Conditions that are no alert yet, with when they were first found.
    private var young: [Alert.Subject: ClockReading] = [:]
    private var byID: [Alert.Subject: Open] = [:]
    /// The newest first.
    package private(set) var recent: [Alert] = []
    private var opened: UInt64

    init(_ memory: AlertMemory = AlertMemory()) {
        opened = memory.opened
        recent = memory.recent
        for alert in memory.open { byID[alert.subject] = Open(alert: alert) }
    }

    /// The oldest first.
    package var open: [Alert] {
        byID.values.map(\.alert).sorted { ($0.since, $0.id) < ($1.since, $1.id) }
    }

    /// What must survive a restart, so that no alert is told twice.
    var memory: AlertMemory { AlertMemory(opened: opened, open: open, recent: recent) }

    /// Takes what was found, and returns what is to be told of it.
    mutating func look(_ findings: AlertFindings, at now: ClockReading) -> [AlertChange] {
        let found = Dictionary(findings.conditions.map { ($0.subject, $0) }) { first, _ in first }
        young = young.filter { found[$0.key] != nil }
        var changes = end(found, findings.unsettled, at: now)
        for condition in findings.conditions {
            if byID[condition.subject] != nil {
                renew(condition)
            } else if isRipe(condition, at: now) {
                changes.append(begin(condition, at: now))
            }
        }
        return changes
    }

    /// Whether the condition has lasted for its kind's grace.
    private mutating func isRipe(_ condition: AlertCondition, at now: ClockReading) -> Bool {
        let first = young[condition.subject] ?? now
        young[condition.subject] = first
        return first.instant.duration(to: now.instant) >= condition.subject.kind.grace
    }

    private mutating func begin(_ condition: AlertCondition, at now: ClockReading) -> AlertChange {
        let first = young.removeValue(forKey: condition.subject) ?? now
        opened &+= 1
        let alert = Alert(
            id: "\(opened)-\(condition.subject.kind.rawValue)", subject: condition.subject, gyms: condition.gyms,
            since: min(condition.since ?? first.wall.milliseconds, now.wall.milliseconds), ended: nil,
            sentence: condition.sentence.harmless, remedy: condition.remedy.harmless)
        byID[condition.subject] = Open(alert: alert)
        return AlertChange(alert: alert)
    }

    /// The words follow what is found; that they do is not told.
    private mutating func renew(_ condition: AlertCondition) {
        byID[condition.subject]?.goneSince = nil
        byID[condition.subject]?.alert.gyms = condition.gyms
        byID[condition.subject]?.alert.sentence = condition.sentence.harmless
        byID[condition.subject]?.alert.remedy = condition.remedy.harmless
    }

    private mutating func end(
        _ found: [Alert.Subject: AlertCondition], _ unsettled: Set<Alert.Subject>, at now: ClockReading
    ) -> [AlertChange] {
        var changes: [AlertChange] = []
        for open in byID.values.sorted(by: { $0.alert.since < $1.alert.since }) {
            let subject = open.alert.subject
            guard found[subject] == nil, !unsettled.contains(subject) else { continue }
            let gone = open.goneSince ?? now.instant
            byID[subject]?.goneSince = gone
            guard gone.duration(to: now.instant) >= subject.kind.calm else { continue }
            byID[subject] = nil
            var alert = open.alert
            alert.ended = now.wall.milliseconds
            recent = Array(([alert] + recent).prefix(Self.mostRecent))
            changes.append(AlertChange(alert: alert))
        }
        return changes
    }
}

/// What an `AlertBook` keeps on disk.
package struct AlertMemory: Codable, Equatable, Sendable {
    /// Alerts that were ever opened.
    var opened: UInt64 = 0
    var open: [Alert] = []
    var recent: [Alert] = []
}
