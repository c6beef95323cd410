public import Clocks

/// When a limit lets the next call through, if nothing else happens.
public enum Availability: Equatable, Sendable {
    case now
    case at(Instant)
    /// Calls that run hold every place; no clock can say when one of them ends.
    case whenACallEnds

    /// Whether `self` keeps a caller waiting longer than `other`.
    func isLater(than other: Availability) -> Bool {
        switch (self, other) {
        case (.now, _), (_, .whenACallEnds): false
        case (_, .now), (.whenACallEnds, _): true
        case (.at(let mine), .at(let theirs)): mine > theirs
        }
    }
}
