import LockstepService

/// The options that choose jobs: named as the parameters of the admin address.
struct JobChoice {
    private var values: [(name: String, value: String)] = []

    static let help = """
          --gym GYM        only this gym's
          --state STATE    only jobs that are accepted, running, waiting, paused, done, dead or superseded
          --person ID      only about this person: an id in Zen Planner, Keap or OnceHub, or an e-mail address
          --text TEXT      only jobs whose person, reason or number has this text, whatever its case and accents
          --lane LANE      only jobs of this lane
          --from TIME      only jobs accepted then or later: 2026-12-01, 2026-12-01T16:40 (UTC), 2h (two hours ago)
          --to TIME        only jobs accepted before
        """

    init(_ arguments: inout Arguments) throws(UsageError) {
        for name in JobFilter.names {
            if let value = try arguments.option("--\(name)") { values.append((name, value)) }
        }
    }

    var isEmpty: Bool { values.isEmpty }
    var parameters: [(String, String?)] { values.map { ($0.name, $0.value) } }

    subscript(name: String) -> String? { values.first { $0.name == name }?.value }

    /// Such as `37 dead jobs of gym downtown`.
    func described(_ count: Int) -> String {
        var text = "\(count) \(self["state"] ?? "dead") \(count == 1 ? "job" : "jobs")"
        if let gym = self["gym"] { text += " of gym \(gym)" }
        if let person = self["person"] { text += " about \(person)" }
        if let lane = self["lane"] { text += " in lane \(lane)" }
        if let words = self["text"] { text += " with “\(words)”" }
        if let from = self["from"] { text += " accepted from \(from)" }
        if let to = self["to"] { text += " accepted before \(to)" }
        return text
    }
}
