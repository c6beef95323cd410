/// The statuses of one contact's bookings, worked out from all remembered events at once.
///
/// So the order in which events arrived cannot matter.
struct Lifecycle: Equatable {
    /// The status that one event gave one booking.
    struct Standing: Equatable {
        var booking: String
        var phase: Phase
        var stamp: EventOrder
    }

    /// By event and booking: one event may speak of two.
    private(set) var standings: [Standing] = []

    /// - Parameter unknownActor: who canceled where OnceHub does not say.
    init(_ memory: BookingMemory, unknownActor: BookingActor) {
        let story = memory.bookings.flatMap { known in known.events.map { Told(booking: known.id, event: $0) } }
        for told in story.sorted(by: { $0.event.stamp < $1.event.stamp }) {
            add(told, story, unknownActor)
        }
        // A reschedule cancels the booking it replaces, unless that was canceled in words of its own before.
        for told in story.sorted(by: { $0.event.stamp < $1.event.stamp }) {
            guard let old = told.replaced, request(for: told, in: story) == nil else { continue }
            let stamp = told.event.stampOfCancellation
            let before = standings.filter { $0.booking == old && $0.stamp < stamp }.max { $0.stamp < $1.stamp }
            guard before?.phase.isCancellation != true else { continue }
            standings.append(Standing(booking: old, phase: .canceledByCustomer, stamp: stamp))
        }
    }

    /// The one that a booking's own tag shows.
    func current(of booking: String) -> Standing? {
        standings.filter { $0.booking == booking }.max { $0.stamp < $1.stamp }
    }

    /// The newest of all bookings.
    var latest: Standing? { standings.max { $0.stamp < $1.stamp } }

    func contains(_ standing: Standing) -> Bool { standings.contains(standing) }

    // MARK: Event by event

    private struct Told {
        var booking: String
        var event: BookingEvent

        /// The booking that is given up for another, if the event names two.
        var replaced: String? {
            switch event.kind {
            case .rescheduled, .canceledThenRescheduled: event.isAboutOld ? booking : event.otherBooking
            default: nil
            }
        }

        /// The booking that a reschedule leaves standing, if the event names it.
        var rescheduled: String? {
            switch event.kind {
            case .rescheduled, .canceledThenRescheduled: event.isAboutOld ? event.otherBooking : booking
            default: nil
            }
        }
    }

    private mutating func add(_ told: Told, _ story: [Told], _ unknownActor: BookingActor) {
        let event = told.event
        func stand(_ booking: String, _ phase: Phase, _ stamp: EventOrder) {
            standings.append(Standing(booking: booking, phase: phase, stamp: stamp))
        }
        switch event.kind {
        case .scheduled: stand(told.booking, .scheduled, event.stamp)
        case .rescheduleRequested: stand(told.booking, .rescheduleRequested, event.stamp)
        case .completed: stand(told.booking, .completed, event.stamp)
        case .noShow: stand(told.booking, .noShow, event.stamp)
        case .canceled:
            let isOwner = (event.actor ?? unknownActor) == .user
            stand(told.booking, isOwner ? .canceledByOwner : .canceledByCustomer, event.stamp)
        case .reassigned:
            let wasRescheduled = story.contains { $0.rescheduled == told.booking && $0.event.stamp < event.stamp }
            let isRescheduled = event.status == .rescheduled || (event.status != .scheduled && wasRescheduled)
            stand(told.booking, isRescheduled ? .rescheduledReassigned : .scheduledReassigned, event.stamp)
        case .rescheduled, .canceledThenRescheduled:
            guard let new = told.rescheduled else { return }
            // Who moved it says less than who asked: a customer moves it at the owner's request.
            let isOwners = request(for: told, in: story) != nil || (event.kind == .rescheduled && event.actor == .user)
            stand(new, isOwners ? .rescheduledByOwner : .rescheduledByCustomer, event.stamp)
        }
    }

    /// The owner's request that a reschedule answers: the newest before it, unless an earlier reschedule answered that.
    private func request(for told: Told, in story: [Told]) -> EventOrder? {
        let bookings = Set([told.replaced, told.rescheduled].compactMap { $0 })
        func concerns(_ other: Told) -> Bool {
            !bookings.isDisjoint(with: [other.replaced, other.rescheduled].compactMap { $0 })
        }
        let earlier = story.filter { $0.event.stamp < told.event.stamp }
        let request = earlier.filter { $0.event.kind == .rescheduleRequested && bookings.contains($0.booking) }
            .map(\.event.stamp).max()
        guard let request else { return nil }
        return earlier.contains { $0.event.stamp > request && concerns($0) } ? nil : request
    }
}
