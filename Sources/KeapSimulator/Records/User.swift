/// A user of the account. User 1 is always there: the key is that user's.
package struct User: Hashable, Sendable {
    package var id: Int
    package var givenName: String
    package var familyName: String
    package var email: String
    package var isInactive: Bool

    package init(
        id: Int, givenName: String = "", familyName: String = "", email: String = "", isInactive: Bool = false
    ) {
        self.id = id
        self.givenName = givenName
        self.familyName = familyName
        self.email = email
        self.isInactive = isInactive
    }

    var json: JSON {
        [
            "id": .string(String(id)), "given_name": .string(givenName), "family_name": .string(familyName),
            "email_addresses": [["email": .string(email), "field": "EMAIL1"]],
            "status": isInactive ? "INACTIVE" : "ACTIVE", "partner": false, "admin": .bool(id == 1),
        ]
    }

    var jsonInV1: JSON {
        [
            "id": .integer(id), "given_name": .string(givenName), "family_name": .string(familyName),
            "email_address": .string(email), "status": isInactive ? "Inactive" : "Active", "partner": false,
        ]
    }
}

extension Account {
    func listUsers(_ act: Act) throws(Refusal) -> SimAnswer {
        // Of users there are at most a hundred on a page.
        if let text = act.request.parameter("page_size"), !(1...100).contains(Int(text) ?? 0) {
            throw .bad("page_size must be between 1 and 100", about: "page_size")
        }
        let paging = try Paging(act.request, quirks: quirks)
        var found = users.values.sorted { $0.id < $1.id }
        for clause in try Filter(act.request.parameter("filter")).clauses {
            switch clause.field {
            case "email":
                try clause.onlyEquality()
                found = found.filter { clause.holds(for: $0.email, wildcard: false) }
            case "given_name":
                try clause.onlyEquality()
                found = found.filter { clause.holds(for: $0.givenName, wildcard: false) }
            case "include_inactive":
                if clause.value == "false" { found = found.filter { !$0.isInactive } }
            case "include_partners": break
            case "user_ids":
                let ids = try clause.ids()
                found = found.filter { ids.contains($0.id) }
            default: throw .bad("Filter field is unknown: \(clause.field)", about: "filter")
            }
        }
        return paging.answer(found, as: "users", request: act.request, quirks: quirks, \.json)
    }

    func listUsersV1(_ act: Act) throws(Refusal) -> SimAnswer {
        let all = users.values.sorted { $0.id < $1.id }
        let shown = act.request.parameter("include_inactive") == "false" ? all.filter { !$0.isInactive } : all
        return try PagingV1(act.request).answer(shown, as: "users", request: act.request, quirks: quirks, \.jsonInV1)
    }
}
