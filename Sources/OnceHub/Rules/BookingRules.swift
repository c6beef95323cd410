import ContactSync
import Keap
import WireFormats

/// The requests of a booking beside its tags: owner, lead source, mapped fields, appointment.
struct BookingRules {
    let settings: OnceHubSettings
    let booking: Booking

    /// - Parameter isNewest: no newer event of any booking of the contact is known. An older one has nothing to say about
    ///   the contact, but may about its own booking.
    func add(to wanted: inout DesiredContact, after memory: BookingMemory, isNewest: Bool, isForgotten: Bool = false) {
        wanted.reading = settings.dates.reading(for: booking)
        if isNewest {
            wanted.wishes = owner + classification
            for mapping in settings.mapping { add(mapping, to: &wanted) }
        }
        if settings.creation.makesAppointments { wanted.appointments = appointments(memory, isForgotten) }
    }

    /// For a contact that Keap had already.
    private var known: FieldRequest.Rule {
        switch settings.creation.known {
        case .overwrite, .keepWhenEmpty: .override
        case .fillEmpty: .fillEmpty
        case .ignore: .onlyNew
        }
    }

    private var owner: [FieldRequest] {
        let words: String? =
            switch settings.creation.owner {
            case .unowned: nil
            case .bookingOwner: settings.owner(of: booking)
            case .user(let words): words
            }
        guard let words else { return [] }
        return [FieldRequest(.owner, .text(words), settings.creation.reassignsKnown ? .override : .onlyNew)]
    }

    private var classification: [FieldRequest] {
        var wishes: [FieldRequest] = []
        if let name = leadSource {
            // Where a person came from first is not changed by where they book next.
            wishes.append(FieldRequest(.leadSource, .text(name), known == .override ? .fillEmpty : .onlyNew))
        }
        if let type = settings.classification.contactType {
            wishes.append(FieldRequest(.property(.contactType), .text(type), .onlyNew))
        }
        return wishes
    }

    private var leadSource: String? {
        guard let template = settings.classification.leadSource else { return nil }
        let calendar = settings.name(of: booking.calendar)
        let name = template.name { placeholder in
            switch placeholder {
            case .masterPage: settings.name(of: booking.masterPage)
            case .eventType: settings.name(of: booking.eventType)
            case .bookingPage: settings.name(of: booking.bookingPage)
            case .calendar: calendar
            case .owner: settings.ownerName(of: booking)
            }
        }
        // A booking calendar has none of the pages; OnceHub gives no more than its id.
        let other = calendar.isEmpty ? booking.calendar?.id ?? "" : calendar
        return name.map { KeapLengths.cut($0, to: KeapLengths.recordName) } ?? (other.isEmpty ? nil : other)
    }

    private func add(_ mapping: FieldMapping, to wanted: inout DesiredContact) {
        let value = mapping.from.value(in: booking, settings)
        guard !value.isEmpty else { return }
        switch mapping.to {
        case .wish(let target): wanted.wishes.append(FieldRequest(target, value, mapping.rule ?? known))
        case .synced(.birthDate):
            if let day = wanted.reading.day(in: value.plain) {
                wanted.values[.birthDate] = .value(day.text)
            } else {
                wanted.notes.append(
                    FieldMisfit(field: "birth date", kind: "a date", value: value.plain, fitting: "2026-03-05").note
                )
            }
        case .synced(let field): wanted.values[field] = .value(value.plain)
        }
    }

    // MARK: Appointments

    private func appointments(_ memory: BookingMemory, _ isForgotten: Bool) -> [AppointmentRequest] {
        let lifecycle = Lifecycle(memory, unknownActor: settings.unknownActor)
        let ids = [booking.id, booking.event.otherBooking].compactMap { $0 }
        return ids.compactMap { id in
            guard let current = lifecycle.current(of: id) else { return nil }
            func wish(_ what: AppointmentRequest.What) -> AppointmentRequest {
                var wish = AppointmentRequest(key: id, what)
                wish.mayBeThereAround = isForgotten ? booking.start : nil
                return wish
            }
            if current.phase.isCancellation { return wish(.drop) }
            if [.completed, .noShow].contains(current.phase) { return AppointmentRequest(key: id, .leave) }
            // Only the newest word on a booking tells when it is; an event that speaks of two tells it of one.
            guard id == booking.id, current.stamp.id == booking.event.id, let plan else { return nil }
            return wish(.hold(plan))
        }
    }

    private var plan: AppointmentPlan? {
        guard let start = booking.start, let end = booking.end else { return nil }
        let titles = [booking.subject, settings.name(of: booking.eventType), "Booking"]
        return AppointmentPlan(
            title: KeapLengths.cut(titles.first { !$0.isEmpty } ?? "", to: 255), description: description,
            location: KeapLengths.cut(booking.location, to: 1_000), start: start, end: end,
            owner: settings.owner(of: booking))
    }

    /// The booking's id first: it is what the appointment is known by.
    private var description: String {
        let customer = booking.customer
        let who = [customer.firstName, customer.lastName, "<\(customer.email)>"].filter { !$0.isEmpty }
        var lines = ["OnceHub booking \(booking.id)", who.joined(separator: " ")]
        lines += [customer.mobilePhone, customer.phone].filter { !$0.isEmpty }.prefix(1)
        lines += booking.customFields.map { "\($0.name): \($0.value)" }
        if !customer.note.isEmpty { lines.append("Note: \(customer.note)") }
        return KeapLengths.cut(lines.joined(separator: "\n"), to: 2_000)
    }
}
