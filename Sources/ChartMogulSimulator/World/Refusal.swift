import WireFormats

/// A request that is not fulfilled, worded as it will be answered. ChartMogul's errors have four shapes: three of them are
/// here, the fourth is the `errors` of each object inside a 201.
struct Refusal: Error, Equatable {
    var status: Int
    var body: Body

    enum Body: Equatable {
        /// `{"error": "…"}`
        case error(String)
        /// `{"errors": {"field": "…"}}`
        case errors([JSONNode.Member])
        /// `{"code": 400, "message": "…", "param": "…"}`
        case message(String, param: String?)
        /// Any other JSON.
        case json(JSONNode)
    }

    /// The body does not fit the schema.
    static func schema(_ message: String, param: String?) -> Refusal {
        Refusal(status: 400, body: .message((param.map { "`\($0)` " } ?? "") + message, param: param))
    }

    /// The body fits the schema, and what it says cannot be.
    static func invalid(_ errors: [JSONNode.Member]) -> Refusal { Refusal(status: 422, body: .errors(errors)) }
    static func invalid(_ name: String, _ message: String) -> Refusal {
        .invalid([JSONNode.Member(name: name, value: .string(message))])
    }

    /// Customers are missed in one shape, all else in another.
    static func missing(_ what: String, _ id: String) -> Refusal {
        what == "Customer"
            ? Refusal(status: 404, body: .message("Customer \"\(id)\" does not exist", param: "customer_id"))
            : Refusal(status: 404, body: .error("\(what) not found"))
    }

    static let nowhere = Refusal(status: 404, body: .message("The requested resource does not exist", param: nil))
    static let otherMethod = Refusal(status: 405, body: .error("Method not allowed"))

    var answer: MogulWorld.Answer {
        switch body {
        case .error(let message): MogulWorld.Answer(status, object(["error": .string(message)]))
        case .errors(let members): MogulWorld.Answer(status, object(["errors": .object(members)]))
        case .message(let message, let param):
            MogulWorld.Answer(
                status, object(["code": .whole(status), "message": .string(message), "param": .optional(param)]))
        case .json(let json): MogulWorld.Answer(status, json)
        }
    }
}

/// Answers that come from before the API itself.
enum Gateway {
    static let unauthorized = Refusal(status: 401, body: .message("No valid API key provided", param: nil)).answer
    static let tooFast = Refusal(
        status: 429, body: .message("Your request rate has exceeded our rate limit.", param: nil)
    ).answer
    /// More parallel requests than are allowed meet the load balancer's own page.
    static let tooMany = MogulWorld.Answer(
        503, text: "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>", type: "text/html")

    /// What a status looks like that a fault names without a body.
    static func answer(_ status: Int) -> MogulWorld.Answer {
        switch status {
        case 429: tooFast
        case 500, 504: MogulWorld.Answer(status, text: status == 500 ? "Internal Server Error" : "Gateway Timeout")
        case 502, 503:
            MogulWorld.Answer(status, text: "<html><body><h1>\(status)</h1></body></html>", type: "text/html")
        default: Refusal(status: status, body: .message("Simulated failure", param: nil)).answer
        }
    }
}
