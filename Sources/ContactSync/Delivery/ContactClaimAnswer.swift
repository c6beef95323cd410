import Keap

/// Whether a contact belongs to this lane.
package enum ContactClaimAnswer: Sendable {
    /// This lane's, from now on.
    case own
    /// Another lane came to it first, by another address or another source, or has just been joined with this one. The
    /// two go on as one, with one mirror; this run must end.
    case joining
    /// Another person's, who has a source ID of their own: the two never become one.
    case others
}
