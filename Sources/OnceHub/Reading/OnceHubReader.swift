import Connectors
import ContactSync
import Keap

/// Turns the body of a OnceHub web hook into a booking's event.
///
/// Reads the same body in the same way every time, so that a stored one can be read again once its gym's settings have
/// been mended.
package struct OnceHubReader: Sendable {
    private let settings: OnceHubSettings

    package init(settings: OnceHubSettings = OnceHubSettings()) { self.settings = settings }

    /// - Throws: what must be answered to the sender, because the bytes are no event of OnceHub's. One that is, but
    ///   cannot be placed, is no error: it is worth keeping until a person has looked at it.
    package func read(_ body: [UInt8]) throws(OnceHubReadError) -> OnceHubReading {
        guard let json = JSONValue(json: body) else { throw OnceHubReadError("The body is not valid JSON.") }
        guard case .object = json else { throw OnceHubReadError("The body must be a JSON object with an event.") }
        let event = EventFields(json)
        guard event.text("api_version") == "v2" else {
            throw OnceHubReadError(
                "The body is not an event of OnceHub's API version v2, the only one taken here. Delete the webhook in "
                    + "OnceHub and make it again with version v2.")
        }
        let type = event.text("type")
        let id = event.text("id")
        guard !type.isEmpty, !id.isEmpty else { throw OnceHubReadError("The event has no id or no type.") }
        guard id.utf8.count <= Booking.longestID else { throw OnceHubReadError("The event's id is too long.") }
        guard type.hasPrefix(Self.bookingPrefix) else {
            return .ignored(event: id, "Events of type \(type.prefix(60)) are not about a booking.")
        }
        do {
            return .change(BookingChange(try booking(event, id: id, type: type), settings: settings))
        } catch {
            return .unplaced(event: id, reason: error.reason)
        }
    }

    private static let bookingPrefix = "booking."

    private func booking(_ event: EventFields, id: String, type: String) throws(Unplaced) -> Booking {
        guard let kind = BookingEventKind(rawValue: String(type.dropFirst(Self.bookingPrefix.count))) else {
            throw Unplaced(
                "Events of type \(type.prefix(60)) are not known to this version of Lockstep; one that knows them can "
                    + "deliver it: retry it then.")
        }
        guard let data = event["data"] else { throw Unplaced("The event carries no booking in its field data.") }
        let bookingID = data.text("id")
        guard !bookingID.isEmpty else { throw Unplaced("The booking has no id.") }
        guard bookingID.utf8.count <= Booking.longestID else {
            throw Unplaced("The booking's id is too long to be kept.")
        }
        let times = [event.text("creation_time"), data.text("last_updated_time")]
        guard let at = times.lazy.compactMap(EventTime.read).first?.milliseconds else {
            throw Unplaced("Neither creation_time nor data.last_updated_time says when it happened.")
        }
        let other = data.text("rescheduled_booking_id")
        var happened = BookingEvent(id: id, at: at, kind: kind)
        happened.status = BookingStatus(rawValue: data.text("status").lowercased())
        let reason = data["cancel_reschedule_information"]
        happened.actor = (reason?.text("actioned_by")).flatMap { BookingActor(rawValue: $0.lowercased()) }
        happened.otherBooking =
            other.isEmpty || other == bookingID || other.utf8.count > Booking.longestID ? nil : other

        var booking = Booking(id: bookingID, event: happened, customer: try customer(data))
        booking.reason = reason?.text("reason") ?? ""
        booking.subject = data.text("subject")
        booking.joinURL = data["virtual_conferencing"]?.text("join_url") ?? ""
        let place = data.text("location_description")
        booking.location = place.isEmpty ? booking.joinURL : place
        booking.cancelURL = data.first("cancel_url", "cancel_reschedule_url")
        booking.rescheduleURL = data.first("reschedule_url", "cancel_reschedule_url")
        booking.payment = data["payment_information"].map {
            Payment(
                amount: $0.text("amount_charged"), currency: $0.text("currency"), transaction: $0.text("transaction_id")
            )
        }
        booking.guests = data["form_submission"]?.texts("guests") ?? []
        booking.startsAt = data.text("starting_time")
        booking.minutes = Int(data.text("duration_minutes"))
        booking.timeZone = data.text("customer_timezone")
        booking.bookingPage = data.reference("booking_page")
        booking.masterPage = data.reference("master_page")
        booking.eventType = data.reference("event_type")
        booking.calendar = data.reference("booking_calendar")
        booking.owner = data.reference("owner")
        booking.customFields = (data["form_submission"]?.formFields ?? []) + data.formFields
        return booking
    }

    private func customer(_ data: EventFields) throws(Unplaced) -> Customer {
        guard let form = data["form_submission"] else {
            throw Unplaced("The booking carries no form_submission, so it does not say who booked.")
        }
        let name = CustomerName(form.words("name"), order: settings.nameOrder)
        let written = form.words("email")
        var email = Placeholder.isOne(written) ? "" : written
        if case .address(let address) = EmailAddress.read(written) { email = address }
        let missing = [name.first.isEmpty && name.last.isEmpty ? "name" : nil, email.isEmpty ? "email" : nil]
        guard missing.allSatisfy({ $0 == nil }) else {
            let list = missing.compactMap { $0 }.joined(separator: " and no ")
            throw Unplaced(
                "The booking has no \(list) of its customer, so no contact can be found or made for it: the booking "
                    + "form in OnceHub must ask for both.")
        }
        var customer = Customer(firstName: name.first, lastName: name.last, email: email)
        customer.phone = phone("phone", in: form, noting: &customer.notes)
        customer.mobilePhone = phone("mobile_phone", in: form, noting: &customer.notes)
        customer.company = form.text("company")
        customer.note = form.lines("note")
        return customer
    }

    private func phone(_ field: String, in form: EventFields, noting notes: inout [AttentionNote]) -> String {
        let written = form.words(field)
        switch PhoneText.read(written) {
        case .number(let number): return number
        case .none: return ""
        case .unreadable(let why):
            notes.append(
                AttentionNote(
                    "The phone number \"\(written.prefix(60))\" was left out: it \(why). What Keap has stays.",
                    field: field, value: written))
            return ""
        }
    }
}
