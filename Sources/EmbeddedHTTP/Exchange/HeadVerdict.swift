/// The verdict on a request whose head is here and whose body is still to come.
///
/// A request without a body is not judged; its handler sees it at once.
public enum HeadVerdict: Sendable {
    /// Answers at once. The body is thrown away as it comes, for a short while, and the connection closed.
    case refuse(HTTPResponse)
    /// Reads the body. What the head alone does not verify may take only a part of `HTTPLimits.heldBytes`.
    case read(isVerified: Bool)
}
