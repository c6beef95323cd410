public enum LogFailure: Error, Equatable, Sendable {
    case full
    case failed(String)
    /// What lies there is not what was written, and will not be.
    case damaged(String)
    /// A read met an error that may pass: nothing is known about the record.
    case unreadable(String)
}
