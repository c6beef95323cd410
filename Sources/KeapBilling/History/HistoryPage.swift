/// A part of an account's past: so many subscriptions or orders, in the order of their ids.
package struct HistoryPage: Codable, Hashable, Sendable {
    package enum Stage: String, Codable, Hashable, Sendable { case subscriptions, orders }

    /// Tells one reading of the past from another.
    package var run: String
    package var stage = Stage.subscriptions
    /// The last id of the page before.
    package var after: String?
    /// Pages before.
    package var number = 0

    package init(run: String) { self.run = run }

    var subject: String { "Keap's past \(stage.rawValue)" + (after.map { " after \($0)" } ?? "") }

    /// A page that is read twice, after a crash, asks for the next page once.
    package var key: String { "keap-history/\(run)/\(number)" }

    /// - Parameters:
    ///   - last: the page's last id; nil: it was empty.
    ///   - isLast: whether its stage ends with it.
    /// - Returns: nil after the last page.
    func following(last: String?, isLast: Bool) -> HistoryPage? {
        var next = self
        next.number += 1
        if !isLast, let last {
            next.after = last
            return next
        }
        guard stage == .subscriptions else { return nil }
        (next.stage, next.after) = (.orders, nil)
        return next
    }
}

/// How far a reading of the past has come.
package struct HistoryProgress: Codable, Hashable, Sendable {
    package var run: String
    package var subscriptions = 0
    package var orders = 0
    package var isDone = false
    /// Milliseconds since 1970.
    package var startedAt: Int64
    package var endedAt: Int64?

    package init(run: String, startedAt: Int64) { (self.run, self.startedAt) = (run, startedAt) }
}
