import ContactSync
import Keap

/// A field of a booking that may be mapped to a field of Keap's.
package enum BookingField: Equatable, Sendable {
    case named(Name)
    /// The answer to a question of the booking form.
    case form(String)

    package enum Name: String, CaseIterable, Sendable {
        case bookingID, subject, status, startingTime, endingTime, duration, timeZone, location, joinURL, cancelURL
        case rescheduleURL, bookingPage, masterPage, eventType, calendar, owner, ownerEmail, reason
        case customerName, phone, mobilePhone, company, note, guests
        case amountCharged, currency, transaction, eventTime
    }

    func value(in booking: Booking, _ settings: OnceHubSettings) -> SourceValue {
        switch self {
        case .form(let name):
            let wanted = BookingField.folded(name)
            return .text(booking.customFields.first { BookingField.folded($0.name) == wanted }?.value ?? "")
        case .named(let name): return value(name, in: booking, settings)
        }
    }

    private func value(_ name: Name, in booking: Booking, _ settings: OnceHubSettings) -> SourceValue {
        let customer = booking.customer
        return switch name {
        case .bookingID: .text(booking.id)
        case .subject: .text(booking.subject)
        case .status: .text(booking.event.status?.rawValue.replacing("_", with: " ") ?? "")
        case .startingTime: moment(booking.start)
        case .endingTime: moment(booking.end)
        case .duration: .number(booking.minutes.map(String.init) ?? "")
        case .timeZone: .text(booking.timeZone)
        case .location: .text(booking.location)
        case .joinURL: .text(booking.joinURL)
        case .cancelURL: .text(booking.cancelURL)
        case .rescheduleURL: .text(booking.rescheduleURL)
        case .bookingPage: .text(settings.name(of: booking.bookingPage))
        case .masterPage: .text(settings.name(of: booking.masterPage))
        case .eventType: .text(settings.name(of: booking.eventType))
        case .calendar: .text(settings.name(of: booking.calendar))
        case .owner: .text(settings.ownerName(of: booking))
        case .ownerEmail: .text(settings.owner(of: booking) ?? "")
        case .reason: .text(booking.reason)
        case .customerName:
            .text([customer.firstName, customer.lastName].filter { !$0.isEmpty }.joined(separator: " "))
        case .phone: .text(customer.phone)
        case .mobilePhone: .text(customer.mobilePhone)
        case .company: .text(customer.company)
        case .note: .text(customer.note)
        case .guests: .list(booking.guests)
        case .amountCharged: .text(booking.payment?.amount ?? "")
        case .currency: .text(booking.payment?.currency ?? "")
        case .transaction: .text(booking.payment?.transaction ?? "")
        case .eventTime: .moment(KeapTime(milliseconds: booking.event.at))
        }
    }

    private func moment(_ time: KeapTime?) -> SourceValue { time.map(SourceValue.moment) ?? .text("") }

    /// Case and blanks aside.
    private static func folded(_ name: String) -> String {
        name.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
    }
}

extension Booking {
    var start: KeapTime? { EventTime.read(startsAt) }

    /// OnceHub tells the length of every booking; half an hour stands for one that it does not tell.
    var end: KeapTime? { start?.advanced(byMinutes: Int64(max(1, min(minutes ?? 30, 1_440)))) }
}

extension OnceHubSettings {
    /// The booking's owner, by which a user of Keap's is found. OnceHub may give no more than an id of its own.
    func owner(of booking: Booking) -> String? {
        guard let owner = booking.owner else { return nil }
        return names[owner.id] ?? [owner.email, owner.name, owner.id].first { !$0.isEmpty }
    }

    /// For people. OnceHub's own name first, since the settings may name an address.
    func ownerName(of booking: Booking) -> String {
        let own = booking.owner?.name ?? ""
        return own.isEmpty ? name(of: booking.owner) : own
    }
}
