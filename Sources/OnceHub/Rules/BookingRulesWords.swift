package import ContactSync
package import Keap

/// The settings read back, step by step, beside what Keap has.
extension OnceHubSettings {
    /// What Keap told of the account.
    package struct AccountKnowledge: Sendable {
        package var fields: [CustomFieldModel]
        package var users: [KeapUser]
        /// Keap's words for why there are none; nil if there are.
        package var noAppointments: String?
        package var hasLeadSourceCategory: Bool

        package init(
            fields: [CustomFieldModel], users: [KeapUser], noAppointments: String?, hasLeadSourceCategory: Bool
        ) {
            self.fields = fields
            self.users = users
            self.noAppointments = noAppointments
            self.hasLeadSourceCategory = hasLeadSourceCategory
        }
    }

    package func words(_ account: AccountKnowledge) -> SourceFindings {
        var words = SourceFindings()
        creationWords(account, &words)
        classificationWords(account, &words)
        for mapping in mapping { mappingWords(mapping, account, &words) }
        words.lines.append("Tracking lives in OnceHub's booking pages: no web hook can do it.")
        return words
    }

    private func creationWords(_ account: AccountKnowledge, _ words: inout SourceFindings) {
        let known =
            switch creation.known {
            case .overwrite, .keepWhenEmpty: "what a booking says replaces what a known contact has"
            case .fillEmpty: "a known contact is filled in only where it is empty"
            case .ignore: "a known contact is left as it is"
            }
        let match = creation.matchesAddressAlone ? "e-mail address alone" : "e-mail address and name"
        words.lines.append("Contacts are known by \(match); \(known).")
        let whom = creation.reassignsKnown ? "Every contact" : "A new contact"
        switch creation.owner {
        case .unowned: words.lines.append("Contacts get no owner.")
        case .bookingOwner: words.lines.append("\(whom) becomes the booking owner's.")
        case .user(let wanted):
            if let user = FieldCodec.user(wanted, among: account.users) {
                words.lines.append("\(whom) becomes \(user.name.isEmpty ? wanted : user.name)'s (user \(user.id)).")
            } else {
                words.problems.append("creation.owner: \"\(wanted)\" is no user of this Keap account.")
            }
        }
        for (id, name) in names.sorted(by: { $0.key < $1.key }) where id.hasPrefix("USR-") {
            if FieldCodec.user(name, among: account.users) == nil {
                words.problems.append("names.\(id): \"\(name)\" is no user of this Keap account.")
            }
        }
        guard creation.makesAppointments else {
            words.lines.append("Bookings make no appointments.")
            return
        }
        words.lines.append(
            account.noAppointments.map { "Bookings make no appointments, since this Keap account has none: \($0)" }
                ?? "Each booking becomes an appointment in Keap's calendar.")
    }

    private func classificationWords(_ account: AccountKnowledge, _ words: inout SourceFindings) {
        guard let template = classification.leadSource else {
            words.lines.append("Contacts get no lead source.")
            return
        }
        let place = classification.category.map { " in the category \"\($0)\"" } ?? ""
        let whose = creation.known == .overwrite ? "A contact without one gets" : "A new contact gets"
        words.lines.append("\(whose) the lead source \"\(template)\"\(place), made when it is missing.")
        if let category = classification.category, !account.hasLeadSourceCategory {
            words.wouldCreate.append("the lead source category \"\(category)\"")
        }
        if let type = classification.contactType { words.lines.append("A new contact is of type \"\(type)\".") }
    }

    private func mappingWords(_ mapping: FieldMapping, _ account: AccountKnowledge, _ words: inout SourceFindings) {
        let source =
            switch mapping.from {
            case .named(let name): name.rawValue
            case .form(let name): "the form's \"\(name)\""
            }
        let when =
            switch mapping.rule {
            case .override: ", replacing what is there"
            case .fillEmpty: ", where it is empty"
            case .onlyNew: ", for new contacts only"
            case nil: ""
            }
        guard case .wish(.custom(let label)) = mapping.to else {
            words.lines.append("\(source) goes to \(mapping.to.word)\(when).")
            return
        }
        let labels = account.fields.map(\.label)
        if let model = account.fields.first(where: { $0.label.lowercased() == label.lowercased() }) {
            words.lines.append("\(source) goes to the custom field \"\(model.label)\" (\(model.kindInWords))\(when).")
        } else if let type = mapping.makes {
            words.lines.append("\(source) goes to the custom field \"\(label)\"\(when).")
            words.wouldCreate.append("the custom field \"\(label)\" (\(type.rawValue))")
        } else {
            let nearest = Nearness.nearest(to: label, among: labels).map { "; the nearest is \"\($0)\"" } ?? ""
            words.problems.append("mapping: Keap has no custom field \"\(label)\"\(nearest).")
        }
    }
}

extension MappingTarget {
    fileprivate var word: String {
        switch self {
        case .synced(let field): field.rawValue
        case .wish(.company): "the company, made when it is missing"
        case .wish(.phone(let slot)): slot.rawValue
        case .wish(.email(let slot)): slot.rawValue
        case .wish(.property(let field)): field.rawValue
        case .wish(let target): "\(target)"
        }
    }
}

extension CustomFieldModel {
    fileprivate var kindInWords: String {
        let type = fieldType.isEmpty ? "of unknown type" : fieldType
        guard !options.isEmpty else { return type }
        let shown = options.prefix(8).map(\.label).joined(separator: ", ")
        return "\(type): \(shown)\(options.count > 8 ? ", …" : "")"
    }
}
