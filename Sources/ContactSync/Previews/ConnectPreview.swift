package import Keap

extension TagService {
    /// Sentences about what the first change would create in this account, without creating it. Two calls.
    package func wouldCreate() async throws(KeapFailure) -> [String] {
        var lines: [String] = []
        for name in settings.categories {
            let found = try await calls.categories(named: name)
            if !found.contains(where: { $0.name.folded == name.folded }) {
                lines.append("the tag category \"\(name)\"")
            }
        }
        let models = try await calls.customFields()
        for field in settings.ownFields {
            let label = settings.customFields[field]
            if !models.contains(where: { $0.label.folded == label.folded }) {
                lines.append("the custom field \"\(label)\"")
            }
        }
        return lines
    }
}
