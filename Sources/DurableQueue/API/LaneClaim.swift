public enum LaneClaim: Equatable, Sendable {
    /// The key leads to this lane, and nothing to another that this run does not know of.
    case own
    /// The key led to another lane; the two are one from now on, whose state this run does not know. Do nothing that
    /// rests on the lane's state, and return `.retry` at once: the job runs again when both states are one.
    case joining
    /// It is the key of another customer's lane, which this one can never be joined with.
    case others
}
