import WireFormats

/// Reads a draft from JSON.
struct ContactDraftReader {
    let version: APIVersion
    let quirks: Quirks
    /// The account's, which a body may refer to.
    let fields: [Int: CustomField]
    let users: Set<Int>
    let leadSources: Set<Int>

    func draft(from json: JSON) throws(Refusal) -> ContactDraft {
        guard let members = json.members else { throw .bad("The request body must be an object") }
        var draft = ContactDraft()
        for member in members {
            if let scalar = ContactSchema.scalars.first(where: { $0.name(in: version) == member.name }) {
                draft.scalars[scalar.name] = try value(of: scalar, member)
            } else if let list = ContactSchema.lists.first(where: { $0.name == member.name }) {
                draft.lists[list.name] = try entries(of: list, member.value)
            } else {
                try readOther(member, into: &draft)
            }
        }
        return draft
    }

    private func readOther(_ member: JSON.Member, into draft: inout ContactDraft) throws(Refusal) {
        switch (member.name, version) {
        case ("custom_fields", _): draft.customFields = try customFields(member.value)
        case ("company", _): draft.company = .some(try company(member.value))
        case ("origin", _):
            guard let address = member.value["ip_address"]?.text else { throw wrongType(member.name, "an object") }
            draft.originAddress = address
        case ("utm_parameters", .v2):
            guard member.value["keap_source_id"]?.text != nil else { throw .bad("keap_source_id is required") }
        case ("opt_in_reason", .v1): draft.optInReason = member.value.text
        case ("duplicate_option", .v1):
            // The company option exists in v2 only.
            guard let option = DuplicateOption(rawValue: member.value.text ?? ""), option != .emailAndNameAndCompany
            else { throw .bad("duplicate_option is invalid", about: member.name) }
            draft.duplicates = option
        case ("tag_ids", _): throw .bad("Tags can't be added or removed through this object", about: member.name)
        default:
            guard quirks.refusesUnknownProperties else { return }
            throw .bad("Unrecognized property: \(member.name)", about: member.name)
        }
    }

    private func value(of scalar: ContactSchema.Scalar, _ member: JSON.Member) throws(Refusal) -> ContactDraft.Value {
        let text: String
        switch member.value {
        case .null: return .null
        case .string(let string): text = string
        // v1 has numbers where v2 has their digits as text.
        case .number(let digits) where version == .v1 && (scalar.form == .leadSource || scalar.form == .owner):
            text = digits
        default: throw wrongType(member.name, "text")
        }
        if text.isEmpty { return .empty }
        if let most = scalar.most, text.count > most {
            throw .bad("\(member.name) must be at most \(most) characters", about: member.name)
        }
        switch scalar.form {
        case .text: break
        case .date: return .text(try date(text, named: member.name))
        case .leadSource:
            guard Int(text).map(leadSources.contains) == true else {
                throw .bad("\(member.name) is invalid", about: member.name)
            }
        // An owner who does not exist makes Keap stumble rather than refuse.
        case .owner:
            guard Int(text).map(users.contains) == true else {
                throw Refusal(status: 500, message: "Internal Server Error")
            }
        case .locale:
            let parts = text.split(separator: "_", omittingEmptySubsequences: false)
            guard parts.map(\.count) == [2, 2], parts[0].allSatisfy(\.isLowercase), parts[1].allSatisfy(\.isUppercase)
            else { throw .bad("\(member.name) is invalid", about: member.name) }
        case .source:
            let word = version == .v1 ? SourceType.v2Name(of: text) : text
            guard let word, ContactSchema.sourceTypes.contains(word) else {
                throw .bad("\(member.name) is invalid", about: member.name)
            }
            return .text(word)
        }
        return .text(text)
    }

    /// A date, or a date-time whose date part counts.
    private func date(_ text: String, named name: String) throws(Refusal) -> String {
        let day = String(text.prefix(10))
        guard CivilDay(day) != nil, text.count == 10 || text.dropFirst(10).first == "T" else {
            throw .bad("\(name) is not a valid date", about: name)
        }
        return day
    }

    private func company(_ json: JSON) throws(Refusal) -> Int? {
        if json == .null { return nil }
        guard json.members != nil else { throw wrongType("company", "an object") }
        return json["id"]?.id
    }

    private func customFields(_ json: JSON) throws(Refusal) -> [(id: Int, content: JSON)] {
        if json == .null { return [] }
        guard let items = json.items else { throw wrongType("custom_fields", "a list") }
        var fields: [(id: Int, content: JSON)] = []
        for item in items {
            guard let id = item["id"]?.id, let field = self.fields[id] else {
                throw .bad("Custom field with id \(item["id"]?.id ?? 0) does not exist", about: "custom_fields")
            }
            let content = item["content"] ?? .null
            guard field.accepts(content, users: users) else {
                throw .bad("Custom field \(id) does not take this content", about: "custom_fields")
            }
            fields.append((id, content))
        }
        return fields
    }

    func wrongType(_ name: String, _ expected: String) -> Refusal {
        .bad("\(name) must be \(expected)", about: name)
    }
}
