/// Which gyms have dead letters of the last day, from how many there are at each look.
struct NewDeadLetters: Codable, Equatable, Sendable {
    private struct Count: Codable, Equatable, Sendable {
        var count: Int
        /// When there were last more than before; milliseconds since 1970. Nil: not within memory.
        var grownAt: Int64?
    }

    /// What has been there for longer is no news.
    static let memory: Int64 = 86_400_000

    private var counts: [String: Count] = [:]

    /// - Returns: gyms with new ones, and how many dead letters each has in all.
    mutating func look(_ found: [String: Int], at now: Int64) -> [String: Int] {
        var new: [String: Int] = [:]
        counts = counts.filter { found[$0.key, default: 0] > 0 }
        for (gym, count) in found where count > 0 {
            let before = counts[gym]
            var grownAt = count > before?.count ?? 0 ? now : before?.grownAt
            if let time = grownAt, now >= time, now - time >= Self.memory { grownAt = nil }
            counts[gym] = Count(count: count, grownAt: grownAt)
            if grownAt != nil { new[gym] = count }
        }
        return new
    }
}
