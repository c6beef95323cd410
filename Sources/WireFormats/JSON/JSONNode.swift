/// A JSON value as it was written: members in their order, also those named twice, and numbers by their digits.
///
/// Foundation's decoders keep one of two members of one name and turn numbers into doubles, so that two ids of forty
/// digits become one person.
package enum JSONNode: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONNode

        package init(name: String, value: JSONNode) {
            self.name = name
            self.value = value
        }
    }

    case null
    case bool(Bool)
    /// The characters of the number, as in `9007199254740995.0`.
    case number(String)
    case string(String)
    /// A string with half of a surrogate pair in it; U+FFFD stands in its place.
    case brokenString(String)
    case array([JSONNode])
    case object([Member])
}
