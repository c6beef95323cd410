@testable import ContactSync
@testable import OnceHub

/// A contact as OnceHub's side of it sees it: a mirror with its memory, and what is worn.
struct Wearer {
    var settings = OnceHubSettings()
    private(set) var worn: Set<String> = []
    private(set) var renewed: [String] = []
    private var mirror = Mirror()
    /// Tags of which family are worn, as the mirror would know.
    private var families: [String: TagFamily] = [:]

    init(_ settings: OnceHubSettings = OnceHubSettings()) { self.settings = settings }

    var memory: BookingMemory { try! BookingMemory(of: mirror) }

    mutating func take(_ booking: Booking) {
        let wanted = BookingChange(booking, settings: settings).wanted(after: mirror)
        for wish in wanted.tags {
            let names = wish.worn.map(\.word)
            if wish.isWhole {
                for name in worn where families[name] == wish.family && !names.contains(name) { worn.remove(name) }
            }
            for tag in wish.unworn where !names.contains(tag.word) { worn.remove(tag.word) }
            if wish.isRenewed { renewed += names.filter(worn.contains) }
            for name in names {
                worn.insert(name)
                families[name] = wish.family
            }
        }
        if let memory = wanted.memory { mirror.memories[memory.source] = memory.text }
    }
}

extension Booking {
    /// An event of Carrie's booking `id`, so many minutes into the story.
    static func event(
        _ kind: BookingEventKind, _ id: String = "BKNG-A", at minute: Int, status: BookingStatus? = nil,
        by actor: BookingActor? = nil, other: String? = nil, _ change: (inout Booking) -> Void = { _ in }
    ) -> Booking {
        let event = BookingEvent(
            id: "EVNT-\(id)-\(kind.rawValue)-\(minute)", at: Int64(minute) * 60_000, kind: kind, status: status,
            actor: actor, otherBooking: other)
        var booking = Booking(
            id: id, event: event,
            customer: Customer(firstName: "Carrie", lastName: "Customer", email: "carrie@example.net"))
        change(&booking)
        return booking
    }
}

/// Tags in short: the generic one, and each booking's own under the booking's id.
func tags(_ generic: Phase, _ specific: [String: Phase]) -> Set<String> {
    Set([generic.name] + specific.map { "\($1.name) (Booking ID: \($0))" })
}
