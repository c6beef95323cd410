/// An object whose keys are known; others are noted.
package struct ConfigurationSection<Key: CaseIterable & Hashable & RawRepresentable<String>> {
    package let path: String
    package let notes: ConfigurationNotes
    private let offset: Int
    private var values: [Key: ConfigurationValue] = [:]

    package init(path: String, offset: Int, members: [ConfigurationNode.Member], notes: ConfigurationNotes) {
        (self.path, self.offset, self.notes) = (path, offset, notes)
        notes.knownKeys[path] = Key.allCases.map(\.rawValue)
        for member in members {
            let memberPath = Self.join(path, member.key)
            if let key = Key(rawValue: member.key) {
                // Null is how some write "not set".
                if member.value.content == .null { continue }
                values[key] = ConfigurationValue(path: memberPath, node: member.value, notes: notes)
            } else {
                let nearest = NearestName.of(member.key, among: Key.allCases.map(\.rawValue))
                notes.add(memberPath, .unknownKey(nearest: nearest), at: member.offset)
            }
        }
    }

    /// Nil if the key is not there.
    package subscript(key: Key) -> ConfigurationValue? { values[key] }

    package func required(_ key: Key) -> ConfigurationValue? {
        if values[key] == nil { notes.add(Self.join(path, key.rawValue), .missing, at: offset) }
        return values[key]
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
