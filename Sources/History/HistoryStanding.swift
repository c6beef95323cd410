/// How the history stands, for health and metrics.
package struct HistoryStanding: Equatable, Sendable {
    /// Why nothing is written for now; nil: it is, or there was nothing to write.
    package var failure: String?
    /// Entries that were not written since the start: the disk failed, or they came faster than it takes them.
    package var dropped = 0
    package var entries = 0
    /// On disk.
    package var bytes = 0
    /// In memory, nearly.
    package var memory = 0
    /// Milliseconds since 1970; nil: there is nothing.
    package var oldest: Int64?

    package init() {}
}
