import OutboundAPI

extension KeapClient {
    func users() async throws(KeapFailure) -> [KeapUser] {
        try await all({ .listUsers(page: $0) }, list: "users", read: { KeapUser($0) })
    }

    func records(_ kind: RecordKind, named name: String) async throws(KeapFailure) -> [KeapRecord] {
        let filter = nameFilter(kind.nameProperty, name, wildcard: "name")
        let records = try await all(
            { .listRecords(kind, filter, page: $0) }, list: kind.list, read: { KeapRecord($0, kind) })
        return records.filter { $0.name.isSameName(as: name) }
    }

    func createRecord(
        _ kind: RecordKind, named name: String, in category: RecordID?
    ) async throws(KeapFailure) -> KeapRecord {
        let request = try APIRequest.createRecord(kind, named: name, in: category)
        return try await perform(request) { (response) throws(KeapFailure) in
            try response.one(kind.word) { json in
                json["id"]?.text.flatMap { $0.isEmpty ? nil : KeapRecord(id: RecordID($0), name: name) }
            }
        }
    }
}
