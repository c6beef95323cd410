import Keap

/// Values and tags that were written before, to be put back once a contact has been read anew or made again.
///
/// Part of the mirror from the first reading on, so that a crash in the middle loses nothing of it.
struct RememberedState: Equatable, Sendable, Codable {
    var sourceID: String?
    /// Whether the fields are the source of record's, and not a booking form's.
    var isOfRecord: Bool
    /// By the fields' names; a long value as its digest, see `Mirror.stored`.
    var fields: [String: String]
    /// By the tags' ids.
    var tags: [String: TagFamily]
    /// The contact is gone from Keap. Else it is there, and holds what its own users made of it.
    var isGone: Bool

    private enum CodingKeys: String, CodingKey {
        case sourceID = "zenPlannerID"
        case isOfRecord, fields, tags, isGone
    }

    init(_ mirror: Mirror, isGone: Bool) {
        sourceID = mirror.sourceID
        isOfRecord = mirror.sourceID != nil || mirror.memories.isEmpty
        let sure = mirror.fields.filter { !mirror.unclearFields.contains($0.key) }
        fields = Dictionary(uniqueKeysWithValues: sure.map { ($0.key.rawValue, $0.value) })
        tags = Dictionary(uniqueKeysWithValues: mirror.tags.map { ($0.key.text, $0.value) })
        self.isGone = isGone
    }

    /// Values that can be sent again: of a long one no more than its digest is known.
    var values: [SyncedField: FieldValue] {
        var values: [SyncedField: FieldValue] = [:]
        for (name, value) in fields {
            guard let field = SyncedField(rawValue: name), !value.isDigest else { continue }
            values[field] = FieldValue(value)
        }
        return values
    }

    /// Digests of the long values.
    var digests: [SyncedField: String] {
        var digests: [SyncedField: String] = [:]
        for (name, value) in fields where value.isDigest {
            if let field = SyncedField(rawValue: name) { digests[field] = value }
        }
        return digests
    }
}
