package import ContactSync
import Foundation

/// The memory as text in the mirror: JSON with short names. Names that a newer version adds are ignored by this one; events that it
/// does not understand are kept as they are.
extension BookingMemory {
    package struct Unreadable: Error, CustomStringConvertible {
        package var description: String
    }

    package static let source = "oncehub"

    package init(of mirror: Mirror) throws(Unreadable) { try self.init(text: mirror.memories[Self.source]) }

    /// - Throws: `Unreadable` if the text is no memory. No text at all is a memory that knows nothing.
    package init(text: String?) throws(Unreadable) {
        self.init()
        guard let text else { return }
        let stored: Stored
        do {
            stored = try JSONDecoder().decode(Stored.self, from: Data(text.utf8))
        } catch {
            throw Unreadable(description: "What was remembered of this contact's bookings cannot be read: \(error)")
        }
        self = BookingMemory(
            bookings: stored.bookings.map { booking in
                var known = Known(id: booking.id)
                known.forgotten = booking.forgotten
                known.places = booking.places ?? BookingContext()
                // An event of a kind that this version does not know decides nothing.
                known.events = booking.events.compactMap(\.event)
                known.foreign = WrittenEvent.union(booking.events.filter { !$0.isUnderstood }, [])
                return known
            }, forgotten: stored.forgotten, unfinished: Set(stored.unfinished ?? []))
    }

    package var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Text, numbers and lists of them: encoding cannot fail.
        return String(decoding: try! encoder.encode(Stored(self)), as: UTF8.self)
    }

    /// For the merging of two mirrors. Text that cannot be read is kept: the next delivery will say what is wrong with it.
    package static func united(_ a: String, _ b: String) -> String {
        guard let first = try? BookingMemory(text: a) else { return a }
        guard let second = try? BookingMemory(text: b) else { return b }
        return union(first, second).text
    }

    private struct Stored: Codable {
        var bookings: [Booking]
        var forgotten: EventOrder?
        var unfinished: [String]?

        struct Booking: Codable {
            var id: String
            var events: [WrittenEvent]
            var places: BookingContext?
            var forgotten: EventOrder?
        }

        init(_ memory: BookingMemory) {
            forgotten = memory.forgotten
            unfinished = memory.unfinished.isEmpty ? nil : memory.unfinished.sorted()
            bookings = memory.bookings.map { known in
                let foreign = Set(known.foreign.map(\.id))
                let events = known.events.filter { !foreign.contains($0.id) }.map(WrittenEvent.init)
                let places = known.places == BookingContext() ? nil : known.places
                return Booking(
                    id: known.id, events: events + known.foreign, places: places, forgotten: known.forgotten)
            }
        }
    }
}

/// An event as it is written, in words that another version may have more of.
struct WrittenEvent: Equatable, Sendable, Codable {
    var id: String
    var at: Int64
    var kind: String
    var status: String?
    var actor: String?
    var other: String?

    init(_ event: BookingEvent) {
        (id, at, kind, other) = (event.id, event.at, event.kind.rawValue, event.otherBooking)
        (status, actor) = (event.status?.rawValue, event.actor?.rawValue)
    }

    /// Nil if nothing is known of its kind; a status or an actor that is not known counts as none.
    var event: BookingEvent? {
        BookingEventKind(rawValue: kind).map {
            BookingEvent(
                id: id, at: at, kind: $0, status: status.flatMap(BookingStatus.init),
                actor: actor.flatMap(BookingActor.init), otherBooking: other)
        }
    }

    var isUnderstood: Bool { event.map(WrittenEvent.init) == self }

    /// Bounded like those that are understood.
    static func union(_ a: [WrittenEvent], _ b: [WrittenEvent]) -> [WrittenEvent] {
        let ids = Set(a.map(\.id))
        let all = (a + b.filter { !ids.contains($0.id) }).sorted { ($0.at, $0.id) < ($1.at, $1.id) }
        return Array(all.suffix(BookingMemory.mostEvents))
    }
}
