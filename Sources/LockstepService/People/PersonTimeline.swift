import ContactSync

/// What happened to one person: each message, what it changed, the calls that were made for it, and how it ended.
package struct PersonTimeline: Codable, Equatable, Sendable {
    package struct NamedValue: Codable, Equatable, Sendable {
        package var name: String
        package var value: String
    }

    package struct Call: Codable, Equatable, Sendable {
        /// `Keap` or `ChartMogul`.
        package var api: String
        /// What it is for, in words: `find contacts`.
        package var purpose: String
        package var method: String
        /// With the query.
        package var path: String
        /// Nil: there was no answer.
        package var status: Int?
        package var milliseconds: Int
        package var request: Body?
        package var answer: Body?
        /// Why it failed, in the other side's own words where it said some.
        package var reason: String?
        /// How many contacts it was made for; nil: for this one alone.
        package var sharedBy: Int?
    }

    package struct Body: Codable, Equatable, Sendable {
        package var text: String
        /// Bytes, before it was cut.
        package var bytes: Int
        package var isCut: Bool
    }

    package struct Difference: Codable, Equatable, Sendable {
        /// The name of a field, or `tag`.
        package var what: String
        package var before: String?
        package var after: String?
    }

    /// What happened to a message after it was accepted.
    package struct Event: Codable, Equatable, Sendable {
        package var at: String
        /// Set for a call; else it is the end of a run.
        package var call: Call?
        /// `done`, `waits`, `dead` or `interrupted`.
        package var outcome: String?
        package var reason: String?
        package var attempt: Int?
        /// What Keap has otherwise than before.
        package var differences: [Difference]?
    }

    /// One message, or an operator's order, from its acceptance to its end.
    package struct Change: Codable, Equatable, Sendable {
        package var job: String
        package var source: String?
        package var subject: String?
        package var acceptedAt: String?
        /// As `/api/jobs` names it; nil: finished so long ago that the queue does not know.
        package var state: String?
        /// Why it waits or is dead.
        package var reason: String?
        package var finishedAt: String?
        /// The message's values, by the names that it has for them.
        package var values: [NamedValue]
        package var message: Body?
        package var events: [Event]
        /// Events in the middle that are not shown.
        package var leftOut: Int?
    }

    package var gym: String
    package var id: String
    package var name: String
    package var email: String
    /// All that the person is known by, such as `contact:12`.
    package var ids: [String]
    /// The contact's page in Keap; nil while neither is known.
    package var keap: String?
    /// How things stand with them, in a sentence.
    package var standing: String
    /// Jobs of theirs that are not finished, and those that are dead.
    package var waiting: [String]
    package var dead: [String]
    /// The tags of ours that the contact wears now, as far as Keap has told.
    package var tags: [String]
    /// Fields as Keap was last told.
    package var fields: [NamedValue]
    /// What a person should look at.
    package var notes: [String]
    /// The newest first.
    package var changes: [Change]
    /// To be given as `before` for older ones; nil: there are none.
    package var next: String?
    /// Since when changes are kept; nil: none are.
    package var since: String?
}
