import WireFormats

/// A point in time as Keap writes it: UTC, in milliseconds.
package struct KeapTime: Hashable, Comparable, Sendable {
    /// Since 1970.
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads ISO 8601 with a zone. Nil for anything else.
    package init?(_ text: String) {
        guard let milliseconds = ISO8601.milliseconds(text) else { return nil }
        self.milliseconds = milliseconds
    }

    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    package func advanced(byMinutes minutes: Int64) -> KeapTime {
        KeapTime(milliseconds: milliseconds + minutes * 60_000)
    }

    /// `2026-03-05T15:00:00.000Z`
    package var text: String { ISO8601.text(milliseconds) }
}
