/// One state of things that a person should know of, from its beginning to its end.
package struct Alert: Codable, Equatable, Sendable {
    /// What tells alerts apart: there is one at a time for each.
    package struct Subject: Codable, Hashable, Sendable, CustomStringConvertible {
        package var kind: AlertKind
        /// Which of its kind: a gym, an account's name. Empty if there is only one.
        package var name: String

        init(_ kind: AlertKind, _ name: String = "") { (self.kind, self.name) = (kind, name) }

        package var description: String { name.isEmpty ? kind.rawValue : "\(kind.rawValue)/\(name)" }
    }

    /// Of no other alert, also not of an earlier one with the same subject.
    package var id: String
    package var subject: Subject
    /// The gyms concerned; empty: all.
    package var gyms: [String]
    /// Milliseconds since 1970.
    package var since: Int64
    /// Nil while it is open.
    package var ended: Int64?
    /// What happened, to whom, and what follows.
    package var sentence: String
    /// What to do, with the command if there is one.
    package var remedy: String

    package var kind: AlertKind { subject.kind }
    /// Nil if none or several are concerned.
    package var gym: String? { gyms.count == 1 ? gyms.first : nil }
}

/// A state of things as it is found now.
struct AlertCondition: Equatable, Sendable {
    var subject: Alert.Subject
    var gyms: [String] = []
    /// When it began, if that is known; milliseconds since 1970.
    var since: Int64?
    var sentence: String
    var remedy: String
}

/// What one look at the service found.
struct AlertFindings: Equatable, Sendable {
    var conditions: [AlertCondition] = []
    /// Subjects of which nothing is known yet, as of a key that was not used since the start: their alerts stay as they are.
    var unsettled: Set<Alert.Subject> = []
}

/// A change of state to be told, once.
package struct AlertChange: Codable, Equatable, Sendable {
    /// As it is now; one that has ended has an end.
    package var alert: Alert

    package var isEnd: Bool { alert.ended != nil }
    /// Tells this change from all others, so that a receiver can drop one that comes twice.
    package var id: String { alert.id + (isEnd ? "-ended" : "-opened") }
}
