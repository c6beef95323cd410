import Keap

/// Finds the label that a mistyped one is nearest to.
package enum Nearness {
    package static func nearest(to text: String, among candidates: [String]) -> String? {
        candidates.min { distance(text, $0) < distance(text, $1) }
    }

    /// Insertions, removals and replacements that make one of the other, case aside.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.lowercased()), Array(b.lowercased()))
        var above = Array(0...b.count)
        for (row, character) in a.enumerated() {
            var current = [row + 1]
            for (column, other) in b.enumerated() {
                current.append(
                    min(above[column] + (character == other ? 0 : 1), above[column + 1] + 1, current[column] + 1))
            }
            above = current
        }
        return above[b.count]
    }
}
