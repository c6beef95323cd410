package import ContactSync

/// The result of reading a message.
package enum Reading: Equatable, Sendable {
    /// `ignored`: the names of fields that we have no use for, so that a person can see what a mapping left out.
    case change(Change, ignored: [String])
    /// Well formed, but we cannot say what it means. `reason` tells a person what to mend, in sentences.
    case unplaced(reason: String, ignored: [String])
}
