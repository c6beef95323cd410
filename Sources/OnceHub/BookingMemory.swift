package import ContactSync
import Foundation

/// What is remembered of one contact's bookings: their latest events, and the tags' filters. Part of the contact's mirror.
///
/// Bounded: the most recent bookings, and of each the most recent events. What is older than all that was let go is not
/// taken up again.
package struct BookingMemory: Equatable, Sendable {
    struct Known: Equatable {
        var id: String
        /// In the order of their stamps.
        var events: [BookingEvent] = []
        var places = Places()
        /// The newest event that was let go.
        var forgotten: Stamp?
    }

    /// In the order of their newest events.
    private(set) var bookings: [Known] = []
    /// The newest event of a booking that was let go whole.
    private(set) var forgotten: Stamp?

    package init() {}

    static let mostBookings = 16
    static let mostEvents = 8

    package func contains(event id: String) -> Bool {
        bookings.contains { $0.events.contains { $0.id == id } }
    }

    func places(of booking: String) -> Places? { bookings.first { $0.id == booking }?.places }

    /// Whether the event is older than what was let go: whatever it says has been overtaken.
    func isOvertaken(_ event: BookingEvent, of booking: String) -> Bool {
        guard !contains(event: event.id) else { return false }
        let horizon = bookings.first { $0.id == booking }.map(\.forgotten) ?? forgotten
        return horizon.map { event.stamp <= $0 } ?? false
    }

    var newest: Stamp? { bookings.compactMap(\.events.last?.stamp).max() }

    /// Every booking that events speak of.
    var named: Set<String> {
        Set(bookings.flatMap { known in [known.id] + known.events.compactMap(\.otherBooking) })
    }

    mutating func note(_ event: BookingEvent, of booking: String, places: Places) {
        guard !contains(event: event.id), !isOvertaken(event, of: booking) else { return }
        var known = bookings.first { $0.id == booking } ?? Known(id: booking)
        known.events.append(event)
        known.events.sort { $0.stamp < $1.stamp }
        if known.events.last?.id == event.id { known.places = places }
        keep(known)
        bound()
    }

    private mutating func keep(_ known: Known) {
        bookings.removeAll { $0.id == known.id }
        bookings.append(known)
    }

    private mutating func bound() {
        for index in bookings.indices where bookings[index].events.count > Self.mostEvents {
            let dropped = bookings[index].events.prefix(bookings[index].events.count - Self.mostEvents)
            bookings[index].events.removeFirst(dropped.count)
            bookings[index].forgotten = ([bookings[index].forgotten] + dropped.map(\.stamp)).compactMap { $0 }.max()
        }
        bookings.sort { a, b in
            guard let left = a.events.last?.stamp, let right = b.events.last?.stamp else { return a.events.isEmpty }
            return left < right
        }
        while bookings.count > Self.mostBookings {
            let dropped = bookings.removeFirst()
            forgotten = [forgotten, dropped.events.last?.stamp].compactMap { $0 }.max()
        }
    }

    /// What two lanes remember of a contact that turned out to be one.
    static func union(_ a: BookingMemory, _ b: BookingMemory) -> BookingMemory {
        var all = a
        all.forgotten = [a.forgotten, b.forgotten].compactMap { $0 }.max()
        for theirs in b.bookings {
            var known = all.bookings.first { $0.id == theirs.id } ?? Known(id: theirs.id)
            let isNewer = (known.events.last?.stamp).map { mine in theirs.events.last.map { mine < $0.stamp } ?? false }
            if isNewer ?? true { known.places = theirs.places }
            known.forgotten = [known.forgotten, theirs.forgotten].compactMap { $0 }.max()
            let ids = Set(known.events.map(\.id))
            known.events += theirs.events.filter { !ids.contains($0.id) }
            known.events.sort { $0.stamp < $1.stamp }
            all.keep(known)
        }
        all.bound()
        return all
    }
}

/// Where a booking was made, as far as filters ask: ids and names, folded.
package struct Places: Equatable, Hashable, Sendable, Codable {
    var bookingPage: [String] = []
    var masterPage: [String] = []
    var eventType: [String] = []
    var calendar: [String] = []

    init() {}

    init(of booking: Booking) {
        bookingPage = Self.words(booking.bookingPage)
        masterPage = Self.words(booking.masterPage)
        eventType = Self.words(booking.eventType)
        calendar = Self.words(booking.calendar)
    }

    /// Cut, since the memory is bounded; filters are cut alike.
    static func word(_ text: String) -> String { String(text.lowercased().prefix(64)) }

    private static func words(_ reference: Reference?) -> [String] {
        guard let reference else { return [] }
        var words = [word(reference.id)]
        if !reference.name.isEmpty, word(reference.name) != words[0] { words.append(word(reference.name)) }
        return words.filter { !$0.isEmpty }
    }
}

// MARK: Bytes

/// As text in the mirror: JSON with short names. Names that a newer version adds are ignored by this one.
extension BookingMemory {
    package static let source = "oncehub"

    package init(of mirror: Mirror) { self.init(text: mirror.memories[Self.source]) }

    /// Text that cannot be read is of a version that we do not know; nothing is then remembered.
    package init(text: String?) {
        guard let text, let stored = try? JSONDecoder().decode(Stored.self, from: Data(text.utf8)) else { return }
        forgotten = stored.forgotten
        bookings = stored.bookings.map { booking in
            var known = Known(id: booking.id)
            known.forgotten = booking.forgotten
            known.places = booking.places ?? Places()
            // An event of a kind that this version does not know decides nothing.
            known.events = booking.events.compactMap(\.event)
            return known
        }
    }

    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Text, numbers and lists of them: encoding cannot fail.
        return String(decoding: try! encoder.encode(Stored(self)), as: UTF8.self)
    }

    /// For the merging of two mirrors.
    package static func united(_ a: String, _ b: String) -> String {
        union(BookingMemory(text: a), BookingMemory(text: b)).text
    }

    private struct Stored: Codable {
        var bookings: [Booking]
        var forgotten: Stamp?

        struct Booking: Codable {
            var id: String
            var events: [Event]
            var places: Places?
            var forgotten: Stamp?
        }

        struct Event: Codable {
            var id: String
            var at: Int64
            var kind: String
            var status: BookingStatus?
            var actor: BookingActor?
            var other: String?

            var event: BookingEvent? {
                BookingEventKind(rawValue: kind).map {
                    BookingEvent(id: id, at: at, kind: $0, status: status, actor: actor, otherBooking: other)
                }
            }
        }

        init(_ memory: BookingMemory) {
            forgotten = memory.forgotten
            bookings = memory.bookings.map { known in
                let events = known.events.map {
                    Event(
                        id: $0.id, at: $0.at, kind: $0.kind.rawValue, status: $0.status, actor: $0.actor,
                        other: $0.otherBooking)
                }
                let places = known.places == Places() ? nil : known.places
                return Booking(id: known.id, events: events, places: places, forgotten: known.forgotten)
            }
        }
    }
}
