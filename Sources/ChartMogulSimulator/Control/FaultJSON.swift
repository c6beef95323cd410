import WireFormats

/// A fault rule as JSON:
///
///     {"match": {"method": "POST", "path": "^/v1/customers$", "text": "keap-sub-41", "account": "…"},
///      "skip": 1, "times": 2, "seconds": 30, "probability": 0.1,
///      "action": "status" | "hang" | "delay" | "reset",
///      "status": 503, "body": "<html>…", "for": 2.5, "done": true}
///
/// `for` is in seconds; `done`: the request takes effect although its answer is lost or an error.
extension MogulWorld.Fault {
    init(_ json: JSONNode?, at now: WorldTime) throws(Refusal) {
        let fields = try Fields(
            json,
            allowing: ["match", "skip", "times", "seconds", "probability", "action", "status", "body", "for", "done"])
        self.init(try MogulWorld.FaultAction(fields))
        if let node = fields.node("match") { match = try MogulWorld.FaultMatch(node) }
        skip = try fields.integer("skip") ?? 0
        if let number = try fields.integer("times") {
            guard number > 0 else { throw .schema("must be positive", param: "times") }
            times = number
        }
        if let node = fields.node("seconds") {
            guard let seconds = node.double, (0...1e9).contains(seconds) else {
                throw .schema("must be a number of seconds", param: "seconds")
            }
            until = now.advanced(byMilliseconds: Int64(seconds * 1_000))
        }
        if let node = fields.node("probability") {
            guard let share = node.double, (0...1).contains(share) else {
                throw .schema("must be between 0 and 1", param: "probability")
            }
            probability = share
        }
    }
}

extension MogulWorld.FaultMatch {
    fileprivate init(_ node: JSONNode) throws(Refusal) {
        let fields = try Fields(node, at: "match.", allowing: ["account", "method", "path", "text"])
        let path = try fields.text("path")
        // The pattern is only tried; the error's wording would not help its author.
        if let path, (try? Regex(path)) == nil { throw .schema("is not a regular expression", param: "match.path") }
        self.init(
            account: try fields.text("account"), method: try fields.text("method")?.uppercased(), path: path,
            text: try fields.text("text"))
    }
}

extension MogulWorld.FaultAction {
    fileprivate init(_ fields: Fields) throws(Refusal) {
        let isDone = try fields.flag("done") ?? false
        func milliseconds() throws(Refusal) -> Int {
            guard let seconds = fields.node("for")?.double, (0...86_400).contains(seconds) else {
                throw .schema("must be a number of seconds, at most a day", param: "for")
            }
            return Int(seconds * 1_000)
        }
        switch try fields.text("action") {
        case "status":
            guard let status = try fields.integer("status"), (200...599).contains(status) else {
                throw .schema("must be between 200 and 599", param: "status")
            }
            let body = fields.node("body").map { $0.text ?? String(decoding: $0.bytes, as: UTF8.self) }
            self = .status(status, body: body, isDone: isDone)
        case "hang": self = .hang(milliseconds: try milliseconds(), isDone: isDone)
        case "delay": self = .delay(milliseconds: try milliseconds())
        case "reset": self = .reset(isDone: isDone)
        default: throw .schema("must be status, hang, delay or reset", param: "action")
        }
    }

    fileprivate var name: String {
        switch self {
        case .status(let status, _, let isDone): "status \(status)" + (isDone ? ", done" : "")
        case .hang(let milliseconds, let isDone): "hang \(milliseconds) ms" + (isDone ? ", done" : "")
        case .delay(let milliseconds): "delay \(milliseconds) ms"
        case .reset(let isDone): "reset" + (isDone ? ", done" : "")
        }
    }
}

extension MogulWorld.FaultBook.Entry {
    var json: JSONNode {
        object([
            "fault": .whole(number), "met": .whole(met), "times": rule.times.map { .whole($0) } ?? .null,
            "action": .string(rule.action.name), "method": .optional(rule.match.method),
            "path": .optional(rule.match.path), "text": .optional(rule.match.text),
            "account": .optional(rule.match.account),
        ])
    }
}
