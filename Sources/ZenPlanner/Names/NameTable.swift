/// The names accepted for each field, most wanted first.
package struct NameTable<Field: NamedField>: Equatable, Sendable {
    /// A field that a name may stand for.
    struct Use: Equatable, Sendable {
        var field: Field
        /// Names of the field that are more wanted.
        var rank: Int
    }

    private var accepted: [Field: [FieldName]] = [:]
    /// The same by name, so that a message's name is looked up once, not once for each field.
    private var uses: [FieldName: [Use]] = [:]

    init() {
        for field in Field.allCases { accepted[field] = field.defaultNames.map(FieldName.init) }
        indexNames()
    }

    /// Puts configured names before the default ones, which stay: messages that were understood before still are.
    mutating func accept(_ configured: [String], for field: Field) {
        let wanted = configured.map(FieldName.init)
        // If `status` comes in a field named `state`, then `state` no longer says where a person lives.
        for (other, names) in accepted where other != field && other.canMeet(field) {
            accepted[other] = names.filter { !wanted.contains($0) }
        }
        accepted[field] = wanted + self[field].filter { !wanted.contains($0) }
        indexNames()
    }

    package subscript(field: Field) -> [FieldName] { accepted[field] ?? [] }

    func uses(of name: FieldName) -> [Use] { uses[name] ?? [] }

    private mutating func indexNames() {
        uses = [:]
        for field in Field.allCases {
            for (rank, name) in self[field].enumerated() where !uses(of: name).contains(where: { $0.field == field }) {
                uses[name, default: []].append(Use(field: field, rank: rank))
            }
        }
    }
}
