/// Which of the messages that wait for one person may be delivered as one.
package enum Coalescing: String, CaseIterable, Sendable {
    /// Neighbours that ask for the same tags: nothing is hidden from a campaign that watches tags come and go.
    case tags
    /// All: of status and programs too, only the last counts.
    case latest
    /// None.
    case off
}
