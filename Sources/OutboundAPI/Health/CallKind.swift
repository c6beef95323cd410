/// What is compared with what.
package enum CallKind: Hashable, Sendable {
    case call(APIEndpoint)
    /// All of a change, of which no single call failed: the answers contradict each other.
    case delivery
}
