import Foundation
import Keap

/// A tag that is meant for one contact.
package struct PersonalTag: Equatable, Sendable, Codable {
    /// Nil: Keap was, or was about to be, asked for it, and no answer was noted.
    var tag: TagID?
    var family: TagFamily
}

extension [String: PersonalTag] {
    subscript(of tag: TagID) -> PersonalTag? { values.first { $0.tag == tag } }
}

/// Tags that a job has taken off in order to apply them again.
struct TagReapply: Equatable, Sendable, Codable {
    var job: UInt64
    var tags: [TagID]
}
