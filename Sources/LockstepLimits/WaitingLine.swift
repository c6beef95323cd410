/// Who waits, in which order: the live ones before the bulk ones, each in the order they came.
struct WaitingLine<Guest: Sendable>: Sendable {
    struct Place: Hashable, Sendable {
        fileprivate let number: UInt64
        fileprivate let urgency: Urgency
    }

    private var guests: [Place: Guest] = [:]
    private var live = Queue()
    private var bulk = Queue()
    private var joined: UInt64 = 0

    /// Places of one urgency. Those who left from the middle stay listed until they are reached or outnumber the rest,
    /// so that leaving costs no search.
    private struct Queue {
        var places: [Place] = []
        var first = 0
        var present = 0
    }

    /// The place whose turn it is.
    var head: Place? { live.present > 0 ? live.places[live.first] : bulk.present > 0 ? bulk.places[bulk.first] : nil }

    subscript(place: Place) -> Guest? { guests[place] }

    func count(_ urgency: Urgency) -> Int { urgency == .live ? live.present : bulk.present }

    mutating func join(_ guest: Guest, _ urgency: Urgency) -> Place {
        joined += 1
        let place = Place(number: joined, urgency: urgency)
        guests[place] = guest
        change(urgency) { queue, _ in
            queue.places.append(place)
            queue.present += 1
        }
        return place
    }

    mutating func leave(_ place: Place) {
        guard guests.removeValue(forKey: place) != nil else { return }
        change(place.urgency) { queue, guests in
            queue.present -= 1
            while queue.first < queue.places.count, guests[queue.places[queue.first]] == nil { queue.first += 1 }
            if queue.places.count > 2 * queue.present + 16 {
                queue.places.removeAll { guests[$0] == nil }
                queue.first = 0
            }
        }
    }

    private mutating func change(_ urgency: Urgency, _ body: (inout Queue, [Place: Guest]) -> Void) {
        if urgency == .live { body(&live, guests) } else { body(&bulk, guests) }
    }
}
