/// The events of each contact, in order.
package struct ContactHistory: Sendable {
    private var events: [Int: [ContactEvent]] = [:]
    /// Events of a contact beyond the bound: the oldest go.
    package private(set) var forgotten = 0
    private let most: Int

    init(most: Int) { self.most = most }

    package func events(of contact: Int) -> [ContactEvent] { events[contact] ?? [] }
    package var contacts: [Int] { events.keys.sorted() }

    mutating func add(_ what: ContactEvent.What, of contact: Int, by act: Act) {
        events[contact, default: []].append(ContactEvent(at: act.now, request: act.number, what: what))
        if let count = events[contact]?.count, count > most {
            events[contact]?.removeFirst(count - most)
            forgotten += count - most
        }
    }
}

package struct ContactEvent: Hashable, Sendable {
    package var at: WorldTime
    /// The number of the request that did it; zero if it was done from outside.
    package var request: Int
    package var what: What

    package enum What: Hashable, Sendable {
        case created
        case written([FieldWrite])
        case tagApplied(Int)
        case tagRemoved(Int)
        case deleted
        case mergedInto(Int)
    }
}
