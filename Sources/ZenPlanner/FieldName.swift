/// A field's name as far as it matters: case, blanks, `_` and `-` do not, so `First Name` is `firstName`.
package struct FieldName: Hashable, Sendable {
    private let folded: String

    package init(_ name: String) {
        folded = name.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" }
    }

    /// True of a name that says nothing, such as `--`.
    package var isBlank: Bool { folded.isEmpty }
}
