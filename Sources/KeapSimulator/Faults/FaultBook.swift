import SeededRandom

/// The rules in force, in the order they came. The first that fits a request is the one that it meets.
package struct FaultBook: Sendable {
    package private(set) var entries: [Entry] = []
    private var lastNumber = 0

    package struct Entry: Sendable {
        package let number: Int
        package let rule: FaultRule
        /// How many requests met it.
        package internal(set) var met = 0
    }

    /// The facts of a request that a rule is matched with.
    struct Subject {
        var account: String
        var method: String
        /// From the version on: `/v2/contacts`.
        var path: String
        var mentions: Mentions
        /// Asked only by rules that name an e-mail address.
        var hasEmail: (String) -> Bool
    }

    package init() {}

    /// - Returns: The rule's number.
    @discardableResult
    package mutating func add(_ rule: FaultRule) -> Int {
        lastNumber += 1
        entries.append(Entry(number: lastNumber, rule: rule))
        return lastNumber
    }

    package mutating func remove(_ number: Int) { entries.removeAll { $0.number == number } }
    package mutating func removeAll() { entries = [] }

    mutating func meet(
        _ subject: Subject, at now: WorldTime, using generator: inout SeededGenerator
    ) -> (number: Int, action: FaultAction)? {
        for index in entries.indices {
            let entry = entries[index]
            if let times = entry.rule.times, entry.met >= times { continue }
            if let until = entry.rule.until, now >= until { continue }
            guard FaultBook.fits(entry.rule.match, subject) else { continue }
            if let share = entry.rule.probability, Double.random(in: 0..<1, using: &generator) >= share { continue }
            entries[index].met += 1
            return (entry.number, entry.rule.action)
        }
        return nil
    }

    private static func fits(_ match: FaultMatch, _ subject: Subject) -> Bool {
        if let account = match.account, account != subject.account { return false }
        if let method = match.method, method != subject.method { return false }
        if let contact = match.contact, !subject.mentions.contacts.contains(contact) { return false }
        if let tag = match.tag, !subject.mentions.tags.contains(tag) { return false }
        if let path = match.path, !contains(subject.path, pattern: path) { return false }
        if let email = match.email, !subject.hasEmail(email) { return false }
        return true
    }

    /// A pattern that is no regular expression fits nothing; the control plane refuses such rules.
    private static func contains(_ path: String, pattern: String) -> Bool {
        // What is wrong with it was said when the rule was given.
        guard let regex = try? Regex(pattern) else { return false }
        return path.firstMatch(of: regex) != nil
    }
}
