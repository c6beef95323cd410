/// A fault rule as JSON:
///
///     {"match": {"method": "POST", "path": "^/v2/contacts$", "contact": 1001, "email": "…", "tag": 101, "account": "…"},
///      "times": 2, "seconds": 30, "until": "2026-01-01T00:00:00.000Z", "probability": 0.1,
///      "action": "status" | "throttle" | "hang" | "delay" | "reset" | "leaveOut",
///      "status": 503, "body": {…}, "window": "minute", "for": 2.5, "done": true, "members": ["refresh_token"]}
///
/// `for` is in seconds; `done`: the request takes effect although its answer is lost or an error.
extension FaultRule {
    init(_ json: JSON, at now: WorldTime) throws(Refusal) {
        let known: Set<String> = [
            "match", "times", "seconds", "until", "probability", "action", "status", "body", "window", "for", "done",
            "members",
        ]
        guard let members = json.members else { throw .bad("A fault must be an object") }
        if let stranger = members.first(where: { !known.contains($0.name) }) {
            throw .bad("A fault has no \(stranger.name)")
        }
        self.init(try FaultAction(json))
        match = try FaultMatch(json["match"] ?? [:])
        if let value = json["times"] {
            guard let number = value.integer, number > 0 else { throw .bad("times must be a positive number") }
            times = number
        }
        if let value = json["seconds"] {
            guard let seconds = value.double, (0...1e9).contains(seconds) else { throw .bad("seconds is invalid") }
            until = now.advanced(byMilliseconds: Int64(seconds * 1000))
        }
        if let value = json["until"] {
            guard let instant = value.text.flatMap({ WorldTime(strict: $0) }) else {
                throw .bad("until must be a full ISO 8601 date-time with milliseconds and zone")
            }
            until = instant
        }
        if let value = json["probability"] {
            guard let share = value.double, (0...1).contains(share) else {
                throw .bad("probability must be between 0 and 1")
            }
            probability = share
        }
    }
}

extension FaultMatch {
    init(_ json: JSON) throws(Refusal) {
        guard let members = json.members else { throw .bad("match must be an object") }
        self.init()
        for member in members {
            switch member.name {
            case "account": account = member.value.text
            case "method": method = member.value.text?.uppercased()
            case "email": email = member.value.text
            case "contact": contact = member.value.id
            case "tag": tag = member.value.id
            case "path":
                // The pattern is only tried; the error's wording would not help its author.
                guard let pattern = member.value.text, (try? Regex(pattern)) != nil else {
                    throw .bad("match.path is not a regular expression")
                }
                path = pattern
            default: throw .bad("match has no \(member.name)")
            }
        }
    }
}

extension FaultAction {
    init(_ json: JSON) throws(Refusal) {
        let isDone = json["done"]?.bool ?? false
        switch json["action"]?.text {
        case "status":
            guard let status = json["status"]?.integer, (200...599).contains(status) else {
                throw .bad("status must be between 200 and 599")
            }
            let body = json["body"].map { $0.text ?? String(decoding: $0.bytes, as: UTF8.self) }
            self = .status(status, body: body, isDone: isDone)
        case "throttle":
            guard let window = LimitWindow(rawValue: json["window"]?.text ?? "minute") else {
                throw .bad("window must be one of " + LimitWindow.allCases.map(\.rawValue).joined(separator: ", "))
            }
            self = .throttle(window)
        case "hang": self = .hang(milliseconds: try FaultAction.milliseconds(json), isDone: isDone)
        case "delay": self = .delay(milliseconds: try FaultAction.milliseconds(json))
        case "reset": self = .reset(isDone: isDone)
        case "leaveOut":
            let names = (json["members"]?.items ?? []).compactMap(\.text)
            guard !names.isEmpty else { throw .bad("members must be a list of names") }
            self = .leaveOut(names)
        default: throw .bad("action must be status, throttle, hang, delay, reset or leaveOut")
        }
    }

    private static func milliseconds(_ json: JSON) throws(Refusal) -> Int {
        guard let seconds = json["for"]?.double, (0...86_400).contains(seconds) else {
            throw .bad("for must be a number of seconds, at most a day")
        }
        return Int(seconds * 1000)
    }
}

extension FaultBook.Entry {
    var json: JSON {
        var members: [JSON.Member] = [
            .init(name: "fault", value: .integer(number)), .init(name: "met", value: .integer(met)),
        ]
        func add(_ name: String, _ value: JSON?) { if let value { members.append(.init(name: name, value: value)) } }
        add("times", rule.times.map { .integer($0) })
        add("until", rule.until.map { .string($0.iso8601) })
        add("probability", rule.probability.map { .number(String($0)) })
        add("path", rule.match.path.map(JSON.string))
        add("method", rule.match.method.map(JSON.string))
        add("account", rule.match.account.map(JSON.string))
        add("contact", rule.match.contact.map { .integer($0) })
        add("tag", rule.match.tag.map { .integer($0) })
        add("email", rule.match.email.map(JSON.string))
        switch rule.action {
        case .status(let status, _, let isDone):
            add("action", "status")
            add("status", .integer(status))
            add("done", .bool(isDone))
        case .throttle(let window):
            add("action", "throttle")
            add("window", .string(window.rawValue))
        case .hang(let milliseconds, let isDone):
            add("action", "hang")
            add("for", .number(String(Double(milliseconds) / 1000)))
            add("done", .bool(isDone))
        case .delay(let milliseconds):
            add("action", "delay")
            add("for", .number(String(Double(milliseconds) / 1000)))
        case .reset(let isDone):
            add("action", "reset")
            add("done", .bool(isDone))
        case .leaveOut(let names):
            add("action", "leaveOut")
            add("members", .array(names.map(JSON.string)))
        }
        return .object(members)
    }
}
