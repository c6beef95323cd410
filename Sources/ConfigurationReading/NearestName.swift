/// Finds the known name that a mistyped one is nearest to.
package enum NearestName {
    /// The candidate that needs the fewest edits, ignoring case; the first of several. Nil only without candidates.
    package static func of(_ name: String, among candidates: [String]) -> String? {
        candidates.min { distance(name, $0) < distance(name, $1) }
    }

    /// Levenshtein's: insertions, removals and replacements that make one of the other.
    package static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.lowercased()), Array(b.lowercased()))
        // The row above in the table of distances between all beginnings of both.
        var above = Array(0...b.count)
        for (row, character) in a.enumerated() {
            var current = [row + 1]
            for (column, other) in b.enumerated() {
                let replaced = above[column] + (character == other ? 0 : 1)
                current.append(min(replaced, above[column + 1] + 1, current[column] + 1))
            }
            above = current
        }
        return above[b.count]
    }
}
