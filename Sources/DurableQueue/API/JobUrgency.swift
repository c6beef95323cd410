public enum JobUrgency: UInt8, Sendable, CaseIterable {
    case live = 0
    /// Runs when no live job of its tenant is ready.
    case bulk = 1
}
