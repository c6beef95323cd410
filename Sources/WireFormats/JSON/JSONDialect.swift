/// What counts as JSON for one reader. RFC 8259 is the beginning; each difference has its reason where it is chosen.
package struct JSONDialect: Sendable {
    /// How the bytes of a string are read that are not UTF-8.
    package enum BrokenUTF8: Sendable {
        case refused
        /// That string alone is read as Windows-1252.
        case windows1252
    }

    /// Arrays and objects within one another. Deeper nesting is refused, because recursion uses the stack.
    package var deepest = JSONDialect.usualDepth
    package var brokenUTF8 = BrokenUTF8.refused
    /// Half of a surrogate pair is refused; else it becomes a string known as broken.
    package var refusesHalfCharacters = false
    /// A byte-order mark may come first, which some gateways put in front.
    package var allowsMark = true
    /// Comments, commas before a closing bracket, and numbers such as `1.` are read; a name that stands twice is refused.
    package var isWrittenByHand = false

    package init() {}

    package static let usualDepth = 128
}
