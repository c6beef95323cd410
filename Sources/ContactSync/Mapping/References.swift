package import Keap

/// A gym's knowledge of what wishes refer to: custom fields by label, users, lead sources and companies by name.
package struct References: Equatable, Sendable {
    /// By folded label.
    package private(set) var fields: [String: CustomFieldModel] = [:]
    /// Labels that Keap does not have, with the nearest that it has. Asked for again after a restart.
    private(set) var missingFields: [String: String] = [:]
    /// Nil until they were asked for; not kept on disk.
    private(set) var users: [KeapUser]?
    /// Users that were looked for and not found.
    private(set) var unknownUsers: Set<String> = []
    /// Values that are in no field's options, though these were read again for them.
    private(set) var unknownOptions: Set<ReferenceNeed> = []
    private(set) var records: [RecordKind: [String: RecordID]] = [:]
    /// Records that Keap refused to make, with its words; not tried again before a restart.
    private(set) var refusals: [ReferenceNeed: String] = [:]
    /// Keap's words for why the account has no appointments. Asked again after a restart.
    var noAppointments: String?

    package init() {}

    /// More than any account needs at a time. Beyond, what is known is dropped and looked up again.
    static let mostRecords = 2_000
    static let mostUnknown = 1_000

    func answers(_ need: ReferenceNeed) -> Bool {
        if refusals[need.folded] != nil { return true }
        return switch need {
        case .customField(let label): fields[label.folded] != nil || missingFields[label.folded] != nil
        case .users(let words):
            users.map { FieldCodec.user(words, among: $0) != nil || unknownUsers.contains(words.folded) } ?? false
        case .record(let kind, let name): records[kind]?[name.folded] != nil
        case .options: unknownOptions.contains(need.folded)
        }
    }

    func refusal(of need: ReferenceNeed) -> String? { refusals[need.folded] }

    mutating func note(_ need: ReferenceNeed, refused message: String) {
        if refusals.count > References.mostUnknown { refusals = [:] }
        refusals[need.folded] = message
    }

    mutating func noteReread(_ need: ReferenceNeed) {
        if unknownOptions.count > References.mostUnknown { unknownOptions = [] }
        unknownOptions.insert(need.folded)
    }

    func field(_ label: String) -> CustomFieldModel? { fields[label.folded] }
    func record(_ kind: RecordKind, _ name: String) -> RecordID? { records[kind]?[name.folded] }

    /// - Parameter making: folded labels of fields that will be made; they are not noted as missing.
    mutating func note(fields models: [CustomFieldModel], for labels: [String], making: Set<String>) {
        for label in labels {
            fields[label.folded] = models.first { $0.label.folded == label.folded }
            missingFields[label.folded] =
                fields[label.folded] == nil && !making.contains(label.folded)
                ? Nearness.nearest(to: label, among: models.map(\.label)) ?? "" : nil
        }
    }

    mutating func note(_ model: CustomFieldModel, as label: String) {
        fields[label.folded] = model
        missingFields[label.folded] = nil
    }

    mutating func note(users all: [KeapUser], lookedFor words: [String]) {
        users = all
        if unknownUsers.count > References.mostUnknown { unknownUsers = [] }
        for word in words where FieldCodec.user(word, among: all) == nil { unknownUsers.insert(word.folded) }
    }

    mutating func note(_ kind: RecordKind, _ name: String, _ id: RecordID) {
        if (records[kind]?.count ?? 0) >= References.mostRecords { records[kind] = nil }
        records[kind, default: [:]][name.folded] = id
    }

    mutating func forget(_ kind: RecordKind, _ name: String) { records[kind]?[name.folded] = nil }

    /// Keap refused something that refers to these: perhaps one of them is gone.
    mutating func forget() {
        let why = noAppointments
        self = References()
        noAppointments = why
    }
}

extension References: Codable {
    private enum Key: String, CodingKey { case fields, records }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        fields = try values.decodeIfPresent([String: CustomFieldModel].self, forKey: .fields) ?? [:]
        let kept = try values.decodeIfPresent([String: [String: RecordID]].self, forKey: .records) ?? [:]
        for (kind, ids) in kept { if let kind = RecordKind(rawValue: kind) { records[kind] = ids } }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(fields, forKey: .fields)
        let kept = records.map { ($0.key.rawValue, $0.value) }
        try values.encode(Dictionary(uniqueKeysWithValues: kept), forKey: .records)
    }
}
