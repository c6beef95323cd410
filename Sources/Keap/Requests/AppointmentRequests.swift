import OutboundAPI

extension APIRequest {
    // Only v1 has appointments; its ids are numbers.

    static let largestAppointmentPage = 200

    static func listAppointments(
        of contact: ContactID, in span: ClosedRange<KeapTime>
    ) throws(KeapFailure) -> APIRequest {
        APIRequest(
            .listAppointments, .get, ["v1", "appointments"],
            [
                QueryItem("contact_id", try number(contact.text, "contact")),
                QueryItem("since", span.lowerBound.text), QueryItem("until", span.upperBound.text),
                QueryItem("limit", String(largestAppointmentPage)),
            ])
    }

    static func createAppointment(_ appointment: AppointmentBody) throws(KeapFailure) -> APIRequest {
        APIRequest(.createAppointment, .post, ["v1", "appointments"], body: try appointment.jsonValue())
    }

    static func updateAppointment(
        _ id: AppointmentID, with appointment: AppointmentBody
    ) throws(KeapFailure) -> APIRequest {
        APIRequest(
            .updateAppointment, .patch, ["v1", "appointments", try pathPart(id.text)],
            body: try appointment.jsonValue())
    }

    static func deleteAppointment(_ id: AppointmentID) throws(KeapFailure) -> APIRequest {
        APIRequest(.deleteAppointment, .delete, ["v1", "appointments", try pathPart(id.text)])
    }

    private static func number(_ text: String, _ what: String) throws(KeapFailure) -> String {
        guard Int64(text) != nil else {
            throw .refused(status: 0, message: "“\(text)” is not a \(what) id that Keap can know.")
        }
        return text
    }
}

extension AppointmentBody {
    fileprivate func jsonValue() throws(KeapFailure) -> JSONValue {
        guard !title.isEmpty, start < end else {
            throw .refused(status: 0, message: "Not sent: an appointment needs a title and must end after it begins.")
        }
        var members: [String: JSONValue] = [
            "contact_id": .number(contact.text), "title": .string(title), "start_date": .string(start.text),
            "end_date": .string(end.text), "description": .string(description), "location": .string(location),
        ]
        guard Int64(contact.text) != nil, user.map({ Int64($0.text) != nil }) != false else {
            throw .refused(status: 0, message: "Not sent: v1 of Keap's API knows contacts and users by numbers only.")
        }
        members["user"] = user.map { .number($0.text) }
        return .object(members)
    }
}
