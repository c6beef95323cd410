import Keap

/// Finds our categories, tags and custom fields in an account, and makes what is missing.
extension TagService {
    func findCategories() async throws(DeliveryFailure) {
        for name in settings.categories where directory.category(name) == nil {
            let id = try await categoryID(named: name)
            edit { $0.categories.append(.init(id: id, name: name)) }
            try await persist()
        }
    }

    /// Reads the account's tags once, a thousand a call, so that those which an earlier connector left behind are known
    /// as ours when a contact is met that has them.
    func findTags() async throws(DeliveryFailure) {
        guard directory.tagsListedFor != settings.tagNaming else { return }
        let tags = try await keap { () async throws(KeapFailure) in try await callsAhead.tags() }
        edit {
            $0.adopt(tags, settings: settings)
            $0.tagsListedFor = settings.tagNaming
        }
    }

    /// To be called while holding `connecting`.
    func categoryID(named name: String) async throws(DeliveryFailure) -> CategoryID {
        let found = try await keap { () async throws(KeapFailure) in try await callsAhead.categories(named: name) }
        if let known = found.first(where: { $0.name.folded == name.folded }) { return known.id }
        return try await keap { () async throws(KeapFailure) in try await callsAhead.createCategory(name) }.id
    }

    func findCustomFields(isRecheck: Bool = false) async throws(DeliveryFailure) {
        guard isRecheck || settings.ownFields.contains(where: { !directory.knows($0, settings: settings) })
        else { return }
        let models = try await keap { () async throws(KeapFailure) in try await callsAhead.customFields() }
        // All at once, so that no plan misses a field that Keap has.
        edit { directory in
            var isLost = false
            defer { directory.fieldLosses += isLost ? 1 : 0 }
            for field in settings.ownFields {
                let label = settings.customFields[field]
                let isThere = models.contains { $0.id == directory.customFields[field]?.id }
                if isThere, directory.knows(field, settings: settings) { continue }
                if !isThere, directory.customFields[field] != nil { isLost = true }
                directory.customFields[field] = models.first { $0.label.folded == label.folded }
            }
        }
        try await persist()
        for field in settings.ownFields where directory.customFields[field] == nil {
            try await makeCustomField(field)
        }
    }

    private func makeCustomField(_ field: OwnCustomField) async throws(DeliveryFailure) {
        let label = settings.customFields[field]
        let type: CustomFieldType = field == .signupDate ? .date : .text
        let made = try await keap { () async throws(KeapFailure) in
            try await callsAhead.createCustomField(label, type: type)
        }
        edit {
            // As we asked for it: a label that Keap words in its own way must not be looked for again.
            $0.customFields[field] = CustomFieldModel(
                id: made.id, label: label, fieldName: made.fieldName, fieldType: made.fieldType)
        }
        try await persist()
    }
}
