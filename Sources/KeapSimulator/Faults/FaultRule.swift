/// A failure to play: which requests, how often, and what happens to them.
package struct FaultRule: Hashable, Sendable {
    package var match = FaultMatch()
    /// How many requests it meets; nil for any number.
    package var times: Int?
    /// When it stops.
    package var until: Instant?
    /// The share of matching requests that it meets, drawn from the world's seed.
    package var probability: Double?
    package var action: FaultAction

    package init(
        _ action: FaultAction, match: FaultMatch = FaultMatch(), times: Int? = nil, until: Instant? = nil,
        probability: Double? = nil
    ) {
        self.action = action
        self.match = match
        self.times = times
        self.until = until
        self.probability = probability
    }
}

/// All that is given must fit.
package struct FaultMatch: Hashable, Sendable {
    /// The account's app name.
    package var account: String?
    package var method: String?
    /// A regular expression, found anywhere in the path below `/crm/rest`: `^/v2/contacts$`, `applyTags`.
    package var path: String?
    package var contact: Int?
    /// Found in the body or the query, or belonging to a contact that is named.
    package var email: String?
    package var tag: Int?

    package init(
        account: String? = nil, method: String? = nil, path: String? = nil, contact: Int? = nil, email: String? = nil,
        tag: Int? = nil
    ) {
        self.account = account
        self.method = method
        self.path = path
        self.contact = contact
        self.email = email
        self.tag = tag
    }
}

package enum FaultAction: Hashable, Sendable {
    /// Answers this status. `isDone`: the request takes effect all the same. Without a body, Keap's own error shape.
    case status(Int, body: String? = nil, isDone: Bool = false)
    /// Answers 429, with headers that say this window is used up.
    case throttle(LimitWindow)
    /// Answers nothing; after that time the connection is reset.
    case hang(milliseconds: Int, isDone: Bool = false)
    /// Answers what is right, late.
    case delay(milliseconds: Int)
    /// Resets the connection. `isDone`: after doing what was asked, so that just the answer is lost.
    case reset(isDone: Bool = false)

    /// Whether the request takes effect.
    var isDone: Bool {
        switch self {
        case .status(_, _, let isDone), .hang(_, let isDone), .reset(let isDone): isDone
        case .throttle: false
        case .delay: true
        }
    }
}
