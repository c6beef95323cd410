/// `/api/jobs/count`.
struct JobCountAnswer: Encodable, Sendable {
    var count: Int
    /// Only jobs with smaller numbers were counted.
    var before: String
}
