/// A person that a search found: enough to tell one from another, and the way to their timeline.
package struct PersonHit: Codable, Equatable, Sendable {
    package var gym: String
    /// Such as `person:7`: what `/api/people/GYM/ID` and `lockstep person` take.
    package var id: String
    /// Empty where no message told it.
    package var name: String
    package var email: String
    /// The person in words, as the newest message had them.
    package var subject: String
    /// Where they came from last: a source's name; nil for one that only an id was found by.
    package var source: String?
    /// When; nil: longer ago than is kept.
    package var lastAt: String?
    /// Of the newest message.
    package var job: String?
}

/// A page of a search.
package struct PeoplePage: Codable, Equatable, Sendable {
    package var people: [PersonHit]
    /// To be given as `after` for the page behind it; nil: this is the last.
    package var next: String?
    /// Since when messages can be searched, and why not longer; nil: nothing is kept.
    package var since: String?
}
