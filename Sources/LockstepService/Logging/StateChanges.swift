import Foundation
import Synchronization

/// Says a thing once until it stops being so: a service that is down is one line, not one per try.
final class StateChanges: Sendable {
    private let known = Mutex<[String: String]>([:])

    /// True if `state` differs from what was last said of `subject`. `unlessNew`: the first state of all is no news.
    func isNews(_ subject: String, _ state: String, unlessNew: Bool = false) -> Bool {
        known.withLock { known in
            defer { known[subject] = state }
            return known[subject] != state && !(unlessNew && known[subject] == nil)
        }
    }
}
