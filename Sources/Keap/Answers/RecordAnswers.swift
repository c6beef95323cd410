import WireFormats

extension KeapRecord {
    init?(_ json: JSONValue, _ kind: RecordKind) {
        guard let id = json["id"]?.text, !id.isEmpty, let name = json[kind.nameProperty]?.text else { return nil }
        self.init(id: RecordID(id), name: name.withoutMarkupEscapes)
    }
}

extension KeapUser {
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.text, !id.isEmpty else { return nil }
        let listed = json["email_addresses"]?.items?.compactMap { $0["email"]?.text } ?? []
        // v1 has one address beside the list's many.
        let emails = (listed + [json["email_address"]?.text].compactMap { $0 }).filter { !$0.isEmpty }
        self.init(
            id: UserID(id), givenName: json["given_name"]?.text ?? "", familyName: json["family_name"]?.text ?? "",
            emails: emails.distinct, isInactive: json["status"]?.text?.uppercased() == "INACTIVE")
    }
}

extension KeapAppointment {
    init?(_ json: JSONValue) {
        guard let title = json["title"]?.text else { return nil }
        let id = json["id"]?.text.flatMap { $0.isEmpty ? nil : AppointmentID($0) }
        self.init(
            id: id, title: title, description: json["description"]?.text ?? "",
            start: json["start_date"]?.text.flatMap { KeapTime($0) })
    }
}

extension ContactCompany {
    init?(_ json: JSONValue?) {
        guard let json else { return nil }
        self.init(
            id: json["id"]?.text.flatMap { $0.isEmpty || $0 == "0" ? nil : RecordID($0) },
            name: json["company_name"]?.text)
    }
}
