/// Remembers the latest events of one contact's bookings, and what tags' filters ask. Part of the contact's mirror.
///
/// Bounded: the most recent bookings, and of each the most recent events. Events older than all that was evicted are
/// ignored. A booking that is still ahead keeps its id for longer, so that its tag comes off when its status changes.
package struct BookingMemory: Equatable, Sendable {
    struct Known: Equatable {
        var id: String
        /// In the order of their stamps. None: of the booking no more than its id is remembered.
        var events: [BookingEvent] = []
        var places = BookingContext()
        /// The newest event that was evicted.
        var forgotten: EventOrder?
        /// Events that this version cannot read in full, as a newer one wrote them.
        var foreign: [WrittenEvent] = []

        var newest: EventOrder? { events.last?.stamp ?? forgotten }

        /// Whether it is still to take place, as far as its newest event tells.
        var isOpen: Bool {
            guard let last = events.last else { return true }
            return switch last.kind {
            case .completed, .noShow, .canceled: false
            case .scheduled, .rescheduled, .reassigned, .rescheduleRequested: true
            case .canceledThenRescheduled: !last.isAboutOld
            }
        }

        mutating func letGo(_ count: Int) {
            forgotten = ([forgotten] + events.prefix(count).map(\.stamp)).compactMap { $0 }.max()
            events.removeFirst(count)
        }
    }

    /// In the order of their newest events.
    private(set) var bookings: [Known] = []
    /// The newest event of a booking that was evicted as a whole.
    private(set) var forgotten: EventOrder?
    /// Events of which only a part may be done: their jobs are being tried, or are dead letters.
    private(set) var unfinished: Set<String> = []

    package init() {}

    init(bookings: [Known], forgotten: EventOrder?, unfinished: Set<String>) {
        (self.bookings, self.forgotten, self.unfinished) = (bookings, forgotten, unfinished)
    }

    static let mostBookings = 16
    static let mostEvents = 8
    /// The most bookings of which no more than the id is remembered.
    static let mostOutlines = 32

    func contains(event id: String) -> Bool { bookings.contains { $0.events.contains { $0.id == id } } }

    /// Whether all that the event asked for was done.
    package func hasDone(event id: String) -> Bool { contains(event: id) && !unfinished.contains(id) }

    func places(of booking: String) -> BookingContext? { bookings.first { $0.id == booking }?.places }

    func remembers(booking id: String) -> Bool { bookings.contains { $0.id == id && $0.newest != nil } }

    /// Whether the event is older than what was evicted, so that it has been overtaken.
    func isOvertaken(_ event: BookingEvent, of booking: String) -> Bool {
        guard !contains(event: event.id) else { return false }
        let horizon = bookings.first { $0.id == booking }.map(\.forgotten) ?? forgotten
        return horizon.map { event.stamp <= $0 } ?? false
    }

    var newest: EventOrder? { bookings.compactMap(\.events.last?.stamp).max() }

    /// Every booking that events speak of.
    var named: Set<String> {
        Set(bookings.flatMap { known in [known.id] + known.events.compactMap(\.otherBooking) })
    }

    mutating func note(_ event: BookingEvent, of booking: String, places: BookingContext) {
        guard !contains(event: event.id), !isOvertaken(event, of: booking) else { return }
        var known = bookings.first { $0.id == booking } ?? Known(id: booking)
        known.events.append(event)
        known.events.sort { $0.stamp < $1.stamp }
        if known.events.last?.id == event.id { known.places = places }
        keep(known)
        bound()
    }

    /// The event is noted, so that nothing older overwrites what may have been done of it.
    mutating func begin(_ event: String) { if contains(event: event) { unfinished.insert(event) } }

    mutating func finish(_ event: String) { unfinished.remove(event) }

    /// Forgets the event, as if it had not come.
    func without(event id: String) -> BookingMemory {
        var rest = self
        for index in rest.bookings.indices { rest.bookings[index].events.removeAll { $0.id == id } }
        return rest
    }

    private mutating func keep(_ known: Known) {
        bookings.removeAll { $0.id == known.id }
        bookings.append(known)
    }

    private mutating func bound() {
        for index in bookings.indices where bookings[index].events.count > Self.mostEvents {
            bookings[index].letGo(bookings[index].events.count - Self.mostEvents)
        }
        bookings.sort { a, b in
            guard let left = a.newest, let right = b.newest else { return a.newest == nil && b.newest != nil }
            return left < right
        }
        while bookings.count(where: { !$0.events.isEmpty }) > Self.mostBookings,
            let oldest = bookings.firstIndex(where: { !$0.events.isEmpty })
        {
            guard bookings[oldest].isOpen else {
                forget(oldest)
                continue
            }
            bookings[oldest].letGo(bookings[oldest].events.count)
            (bookings[oldest].places, bookings[oldest].foreign) = (BookingContext(), [])
        }
        while bookings.count(where: \.events.isEmpty) > Self.mostOutlines,
            let oldest = bookings.firstIndex(where: \.events.isEmpty)
        {
            forget(oldest)
        }
        unfinished.formIntersection(bookings.flatMap { $0.events.map(\.id) })
    }

    private mutating func forget(_ index: Int) {
        forgotten = [forgotten, bookings.remove(at: index).newest].compactMap { $0 }.max()
    }

    /// Merges the memories of two lanes that turned out to be one contact.
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
            // One lane evicted what is older, so that it may have been overtaken there.
            known.events.removeAll { event in known.forgotten.map { event.stamp <= $0 } ?? false }
            known.foreign = WrittenEvent.union(known.foreign, theirs.foreign)
            all.keep(known)
        }
        all.unfinished = a.unfinished.union(b.unfinished).filter { !a.hasDone(event: $0) && !b.hasDone(event: $0) }
        all.bound()
        return all
    }
}

/// Where a booking was made, as far as filters ask: ids and names, folded.
package struct BookingContext: Equatable, Hashable, Sendable, Codable {
    var bookingPage: [String] = []
    var masterPage: [String] = []
    var eventType: [String] = []
    var calendar: [String] = []

    init() {}

    /// - Parameter names: the gym's own, by OnceHub's ids.
    init(of booking: Booking, names: [String: String]) {
        bookingPage = Self.words(booking.bookingPage, names)
        masterPage = Self.words(booking.masterPage, names)
        eventType = Self.words(booking.eventType, names)
        calendar = Self.words(booking.calendar, names)
    }

    /// Cut, since the memory is bounded; filters are cut alike.
    static func word(_ text: String) -> String { String(text.lowercased().prefix(64)) }

    private static func words(_ reference: Reference?, _ names: [String: String]) -> [String] {
        guard let reference else { return [] }
        var words: [String] = []
        for text in [reference.id, reference.name, names[reference.id] ?? ""] {
            let word = word(text)
            if !word.isEmpty, !words.contains(word) { words.append(word) }
        }
        return words
    }
}
