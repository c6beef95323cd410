/// v1's appointments, which some editions of Keap do not have.
extension Account {
    func listAppointments(_ act: Act) throws(Refusal) -> SimAnswer {
        try checkEdition()
        var found = appointments.values.sorted { $0.id < $1.id }
        if let text = act.request.parameter("contact_id") {
            guard let id = Int(text) else { throw .bad("contact_id is invalid") }
            found = found.filter { $0.contact == id }
        }
        if let since = try instant(act.request.parameter("since"), "since") {
            found = found.filter { $0.start >= since }
        }
        if let until = try instant(act.request.parameter("until"), "until") {
            found = found.filter { $0.start <= until }
        }
        return try PagingV1(act.request).answer(found, as: "appointments", request: act.request, quirks: quirks) {
            $0.json(withID: quirks.appointmentsTellTheirIDs)
        }
    }

    func getAppointment(_ act: Act) throws(Refusal) -> SimAnswer {
        try checkEdition()
        return SimAnswer(status: 200, try appointment(act).json(withID: quirks.appointmentsTellTheirIDs))
    }

    mutating func createAppointment(_ act: Act) throws(Refusal) -> SimAnswer {
        try checkEdition()
        let json = try appointmentJSON(act)
        guard let title = json["title"]?.text, !folded(title).isEmpty, json["start_date"] != nil,
            json["end_date"] != nil
        else { throw .bad("title, start_date and end_date are required") }
        var appointment = Appointment(id: lastAppointment + 1, title: title, start: act.now, end: act.now)
        try write(json, into: &appointment)
        lastAppointment += 1
        appointments[appointment.id] = appointment
        return SimAnswer(status: 201, appointment.json(withID: quirks.appointmentsTellTheirIDs))
    }

    /// - Parameter replaces: what the body does not carry is emptied.
    mutating func updateAppointment(_ act: Act, replaces: Bool) throws(Refusal) -> SimAnswer {
        try checkEdition()
        let old = try appointment(act)
        let json = try appointmentJSON(act)
        if replaces {
            guard json["title"]?.text != nil, json["start_date"] != nil, json["end_date"] != nil else {
                throw .bad("title, start_date and end_date are required")
            }
        }
        var new = replaces ? Appointment(id: old.id, title: old.title, start: old.start, end: old.end) : old
        try write(json, into: &new)
        appointments[new.id] = new
        return SimAnswer(status: 200, new.json(withID: quirks.appointmentsTellTheirIDs))
    }

    mutating func deleteAppointment(_ act: Act) throws(Refusal) -> SimAnswer {
        try checkEdition()
        appointments[try appointment(act).id] = nil
        return SimAnswer(status: 204)
    }

    private func checkEdition() throws(Refusal) {
        guard hasAppointments else {
            throw Refusal(status: quirks.noAppointments, message: "Appointments are not available in this edition")
        }
    }

    private func appointment(_ act: Act) throws(Refusal) -> Appointment {
        guard let appointment = appointments[act.ids.appointment ?? 0] else {
            throw .unknown("Appointment", act.ids.appointment ?? 0)
        }
        return appointment
    }

    private func appointmentJSON(_ act: Act) throws(Refusal) -> JSON {
        try act.json(
            allowing: [
                "contact_id", "description", "end_date", "location", "remind_time", "start_date", "title", "user",
            ], quirks: quirks)
    }

    private func write(_ json: JSON, into appointment: inout Appointment) throws(Refusal) {
        if let title = json["title"]?.text { appointment.title = title }
        if let text = json["description"] { appointment.description = text.text }
        if let text = json["location"] { appointment.location = text.text }
        if let start = try instant(json["start_date"]?.text, "start_date") { appointment.start = start }
        if let end = try instant(json["end_date"]?.text, "end_date") { appointment.end = end }
        guard appointment.start <= appointment.end else {
            throw .bad("end_date is before start_date", about: "end_date")
        }
        if let given = json["remind_time"], given != .null {
            guard let minutes = given.integer, Appointment.reminders.contains(minutes) else {
                throw .bad("remind_time is invalid", about: "remind_time")
            }
            appointment.reminder = minutes
        }
        if let given = json["contact_id"], given != .null {
            guard let id = given.integer, contacts[id] != nil else {
                throw .bad("contact_id is invalid", about: "contact_id")
            }
            appointment.contact = id
        }
        if let given = json["user"], given != .null {
            guard let id = given.integer, users[id] != nil else { throw .bad("user is invalid", about: "user") }
            appointment.user = id
        }
    }

    private func instant(_ text: String?, _ name: String) throws(Refusal) -> WorldTime? {
        guard let text else { return nil }
        guard let instant = WorldTime(strict: text) else {
            throw .bad("\(name) must be a full ISO 8601 date-time with milliseconds and zone", about: name)
        }
        return instant
    }
}
