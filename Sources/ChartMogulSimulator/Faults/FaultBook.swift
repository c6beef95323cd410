import SeededRandom

extension MogulWorld {
    /// The rules in force, in the order they came. The first that fits a request is the one that it meets.
    package struct FaultBook: Sendable {
        package private(set) var entries: [Entry] = []
        private var lastNumber = 0

        package struct Entry: Sendable {
            package let number: Int
            package let rule: Fault
            /// How many requests it let pass, and how many met it.
            package fileprivate(set) var passed = 0
            package fileprivate(set) var met = 0
        }

        /// - Returns: The rule's number.
        @discardableResult
        package mutating func add(_ rule: Fault) -> Int {
            lastNumber += 1
            entries.append(Entry(number: lastNumber, rule: rule))
            return lastNumber
        }

        package mutating func remove(_ number: Int) { entries.removeAll { $0.number == number } }
        package mutating func removeAll() { entries = [] }

        mutating func meet(
            _ request: Request, account: String, at now: Time, using generator: inout SeededGenerator
        ) -> (number: Int, action: FaultAction)? {
            for index in entries.indices {
                let entry = entries[index]
                if let times = entry.rule.times, entry.met >= times { continue }
                if let until = entry.rule.until, now >= until { continue }
                guard FaultBook.fits(entry.rule.match, request, account: account) else { continue }
                if entry.passed < entry.rule.skip {
                    entries[index].passed += 1
                    continue
                }
                if let share = entry.rule.probability, Double.random(in: 0..<1, using: &generator) >= share { continue }
                entries[index].met += 1
                return (entry.number, entry.rule.action)
            }
            return nil
        }

        private static func fits(_ match: FaultMatch, _ request: Request, account: String) -> Bool {
            if let wanted = match.account, wanted != account { return false }
            if let method = match.method, method != request.method { return false }
            if let pattern = match.path {
                // A pattern that is no regular expression fits nothing; the control plane refuses such rules.
                guard let regex = try? Regex(pattern) else { return false }
                guard ("/" + request.path.joined(separator: "/")).firstMatch(of: regex) != nil else { return false }
            }
            if let text = match.text {
                let texts = [String(decoding: request.body, as: UTF8.self)] + request.query.map(\.value) + request.path
                guard texts.contains(where: { $0.contains(text) }) else { return false }
            }
            return true
        }
    }
}
