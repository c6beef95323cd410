/// How to go on with a job that Keap has failed at again and again, though its account seems well: it cannot be told
/// whether Keap will ever do it, since nobody else asked for the like. So it is no dead letter, but a person should look,
/// and it is tried less and less often.
struct Patience: Equatable, Sendable {
    /// In a row.
    var failures: Int

    /// From here on a person should look. With the queue's own pauses this is after two minutes or so.
    static let few = 8
    static let longest = Duration.seconds(600)

    /// Nil: the queue's own, which is up to 30 s.
    var pause: Duration? {
        guard failures >= Self.few else { return nil }
        return min(.seconds(60) * (1 << min(failures - Self.few, 10)), Self.longest)
    }

    func note(_ reason: String) -> String? {
        failures < Self.few
            ? nil : "Keap has failed at this again and again, and it is tried every few minutes: \(reason)"
    }
}
