/// A failure to play: which requests, how often, and what happens to them.
package struct FaultRule: Hashable, Sendable {
    package var match = FaultMatch()
    /// How many requests it meets; nil for any number.
    package var times: Int?
    /// When it stops.
    package var until: WorldTime?
    /// The share of matching requests that it meets, drawn from the world's seed.
    package var probability: Double?
    package var action: FaultAction

    package init(
        _ action: FaultAction, match: FaultMatch = FaultMatch(), times: Int? = nil, until: WorldTime? = nil,
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
    /// Answers what is right without these members.
    case leaveOut([String])

    /// Whether the request takes effect.
    var isDone: Bool {
        switch self {
        case .status(_, _, let isDone), .hang(_, let isDone), .reset(let isDone): isDone
        case .throttle: false
        case .delay, .leaveOut: true
        }
    }
}

extension FaultAction {
    /// What the client gets instead of the right answer.
    ///
    /// - Parameter refusal: in the shape of the endpoint.
    func answer(instead real: SimAnswer, refusal: (_ status: Int) -> SimAnswer) -> SimAnswer {
        switch self {
        case .status(let status, let body, _):
            guard let body else { return refusal(status) }
            let type = body.hasPrefix("<") ? "text/html" : "application/json"
            return SimAnswer(status: status, headers: [("Content-Type", type)], body: Array(body.utf8))
        case .throttle: return Gateway.throttled
        case .hang(let milliseconds, _): return SimAnswer(status: 0, delivery: .never(milliseconds: milliseconds))
        case .delay(let milliseconds):
            var late = real
            late.delivery = .after(milliseconds: milliseconds)
            return late
        case .reset: return SimAnswer(status: 0, delivery: .reset)
        case .leaveOut(let names): return real.leavingOut(names)
        }
    }
}

extension SimAnswer {
    fileprivate func leavingOut(_ names: [String]) -> SimAnswer {
        guard case .object(let members)? = json else { return self }
        var answer = self
        answer.body = JSON.object(members.filter { !names.contains($0.name) }).bytes
        return answer
    }
}
