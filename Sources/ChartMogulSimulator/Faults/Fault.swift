extension MogulWorld {
    /// A failure to play: which requests, how often, and what happens to them.
    package struct Fault: Hashable, Sendable {
        package var match = FaultMatch()
        /// How many requests that fit it lets pass first.
        package var skip = 0
        /// How many requests it meets; nil for any number.
        package var times: Int?
        /// When it stops.
        package var until: Time?
        /// The share of matching requests that it meets, drawn from the world's seed.
        package var probability: Double?
        package var action: FaultAction

        package init(
            _ action: FaultAction, match: FaultMatch = FaultMatch(), skip: Int = 0, times: Int? = nil,
            until: Time? = nil,
            probability: Double? = nil
        ) {
            self.action = action
            self.match = match
            self.skip = skip
            self.times = times
            self.until = until
            self.probability = probability
        }
    }

    /// All that is given must fit.
    package struct FaultMatch: Hashable, Sendable {
        /// The account's name.
        package var account: String?
        package var method: String?
        /// A regular expression, found anywhere in the path: `^/v1/customers$`, `invoices`.
        package var path: String?
        /// Found in the body or the query, such as an external id.
        package var text: String?

        package init(account: String? = nil, method: String? = nil, path: String? = nil, text: String? = nil) {
            self.account = account
            self.method = method
            self.path = path
            self.text = text
        }
    }

    package enum FaultAction: Hashable, Sendable {
        /// Answers this status. `isDone`: the request takes effect all the same. Without a body, the shape is the one that
        /// ChartMogul has for it: 429 in JSON, 500 in plain text, 503 as a page of HTML.
        case status(Int, body: String? = nil, isDone: Bool = false)
        /// Answers nothing; after that time the connection is reset.
        case hang(milliseconds: Int, isDone: Bool = false)
        /// Answers what is right, late.
        case delay(milliseconds: Int)
        /// Resets the connection. `isDone`: after doing what was asked, so that just the answer is lost.
        case reset(isDone: Bool = false)

        var isDone: Bool {
            switch self {
            case .status(_, _, let isDone), .hang(_, let isDone), .reset(let isDone): isDone
            case .delay: true
            }
        }

        /// What the client gets instead of the right answer.
        func answer(instead real: Answer) -> Answer {
            switch self {
            case .status(let status, let body, _):
                guard let body else { return Gateway.answer(status) }
                let type = body.hasPrefix("<") ? "text/html" : body.hasPrefix("{") ? "application/json" : "text/plain"
                return Answer(status, text: body, type: type)
            case .hang(let milliseconds, _): return Answer(status: 0, delivery: .never(milliseconds: milliseconds))
            case .delay(let milliseconds):
                var late = real
                late.delivery = .after(milliseconds: milliseconds)
                return late
            case .reset: return Answer(status: 0, delivery: .reset)
            }
        }
    }
}
