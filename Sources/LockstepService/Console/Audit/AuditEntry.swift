/// An action of an operator.
struct AuditEntry: Codable, Equatable, Sendable {
    /// Milliseconds since 1970.
    var at: Int64
    var who: String
    /// The action, such as `Retry`.
    var what: String
    /// What it was done to, such as `job 7`.
    var target: String
    /// `done`, or why not, in a sentence.
    var result: String

    /// Whether both say the same but for the time.
    func repeats(_ other: AuditEntry) -> Bool {
        (who, what, target, result) == (other.who, other.what, other.target, other.result)
    }
}
