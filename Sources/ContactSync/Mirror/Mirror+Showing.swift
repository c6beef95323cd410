package import Connectors
import Keap
import WireFormats

/// A value that a delivery changed, for people to read.
package struct StateDifference: Equatable, Encodable, Sendable {
    /// The name of a field, or `tag`.
    package var what: String
    package var before: String?
    package var after: String?

    package init(what: String, before: String?, after: String?) {
        (self.what, self.before, self.after) = (what, before, after)
    }
}

/// What a mirror tells people.
extension Mirror {
    /// What the contact is known by, without making sense of the rest.
    package static func ids(in bytes: [UInt8]) -> [SubjectID] {
        guard bytes.first == UInt8(ascii: "{"), case .object(let members)? = try? JSONReader.read(bytes) else {
            return []
        }
        return members.compactMap { member in
            switch (member.name, member.value) {
            case ("contact", .string(let id)): SubjectID(.contact, id)
            case ("zenPlannerID", .string(let id)): SubjectID(.person, id)
            default: nil
            }
        }
    }

    /// Fields with the value that Keap confirmed last.
    package var shownFields: [(name: String, value: String)] {
        let own = SyncedField.allCases.compactMap { field in fields[field].map { (name: field.rawValue, value: $0) } }
        let wished = wishes.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        return (own + wished).map { ($0.name, $0.value.isDigest ? "(a long text)" : $0.value) }
    }

    package func shownTags(_ directory: TagDirectory) -> [String] {
        tags.keys.map { name(of: $0, directory) }.sorted()
    }

    private func name(of tag: TagID, _ directory: TagDirectory) -> String {
        directory.name(of: tag) ?? personal.first { $0.value.tag == tag }?.key ?? "tag \(tag)"
    }

    /// What became of the values and tags, by their names.
    package func differences(to later: Mirror, _ directory: TagDirectory) -> [StateDifference] {
        var found: [StateDifference] = []
        if contact != later.contact {
            found.append(StateDifference(what: "contact", before: contact?.text, after: later.contact?.text))
        }
        let (old, new) = (Dictionary(shownFields, uniquingKeysWith: { $1 }), Dictionary(later.shownFields) { $1 })
        for name in (shownFields + later.shownFields).map(\.name).uniqued where old[name] != new[name] {
            found.append(StateDifference(what: name, before: old[name], after: new[name]))
        }
        let off = Set(tags.keys).subtracting(later.tags.keys).map { name(of: $0, directory) }
        let on = Set(later.tags.keys).subtracting(tags.keys).map { later.name(of: $0, directory) }
        found += off.sorted().map { StateDifference(what: "tag", before: $0, after: nil) }
        found += on.sorted().map { StateDifference(what: "tag", before: nil, after: $0) }
        return found
    }
}

extension [String] {
    fileprivate var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
