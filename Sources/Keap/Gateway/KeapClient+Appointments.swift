import OutboundAPI

extension KeapClient {
    func appointments(
        of contact: ContactID, in span: ClosedRange<KeapTime>
    ) async throws(KeapFailure) -> [KeapAppointment] {
        let request = try APIRequest.listAppointments(of: contact, in: span)
        // One page: a contact with more appointments in one span is none that a source made.
        return try await perform(request, naming: .one(contact)) { (response) throws(KeapFailure) in
            try response.page("appointments") { KeapAppointment($0) }.items
        }
    }

    func create(_ appointment: AppointmentBody) async throws(KeapFailure) -> AppointmentID? {
        let request = try APIRequest.createAppointment(appointment)
        return try await perform(request, naming: .one(appointment.contact)) { (response) throws(KeapFailure) in
            try response.confirm()
            // Its success says that it was made; without an id it can only never be changed by us.
            return JSONValue(json: response.body)?["id"]?.text.flatMap { $0.isEmpty ? nil : AppointmentID($0) }
        }
    }

    func update(_ id: AppointmentID, with appointment: AppointmentBody) async throws(KeapFailure) {
        try await perform(
            try APIRequest.updateAppointment(id, with: appointment), naming: .one(appointment.contact))
    }

    func delete(_ id: AppointmentID, of contact: ContactID) async throws(KeapFailure) {
        try await perform(try APIRequest.deleteAppointment(id), naming: .one(contact))
    }
}
