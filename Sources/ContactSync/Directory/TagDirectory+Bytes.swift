import Foundation
import Keap

/// The directory as the gym's durable state: JSON, with keys that a newer version adds ignored by this one.
extension TagDirectory {
    package struct Unreadable: Error, CustomStringConvertible {
        package var description: String
    }

    package init(bytes: [UInt8]) throws(Unreadable) {
        self.init()
        guard !bytes.isEmpty else { return }
        do {
            self = TagDirectory(try JSONDecoder().decode(Stored.self, from: Data(bytes)))
        } catch {
            throw Unreadable(description: "the gym's tag directory cannot be read: \(error)")
        }
    }

    package var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Text, numbers and lists of them: encoding cannot fail.
        return Array(try! encoder.encode(Stored(self)))
    }

    /// The shape on disk: lists where the value has dictionaries, since JSON's keys are text only.
    fileprivate struct Stored: Codable {
        var version = 1
        var programs: [Program]
        var tags: [Tag]
        /// Tags that one meaning shares with another's record.
        var shared: [Shared]?
        var retired: [TagID]
        /// The only one that version 1 had.
        var category: KnownCategory?
        var categories: [KnownCategory]?
        var hasForeignPersonalTags: Bool?
        var tagsListedFor: String?
        var customFields: [OwnCustomField: CustomFieldModel]
        var references: References?
        /// Nothing any more. A version that kept names here cannot read a directory without it.
        var creating: [String] = []
        var nextProgram: Int
        var generation: Int?
        var fieldLosses: Int?

        struct Tag: Codable {
            var id: TagID
            var name: String
            var key: TagKey
            /// Whether it is the one to apply.
            var isApplied: Bool
        }

        struct Shared: Codable {
            var id: TagID
            var key: TagKey
        }
    }

    private init(_ stored: Stored) {
        self.init(
            records: stored.tags.map { ($0.id, TagRecord(name: $0.name, key: $0.key)) },
            keyed: stored.tags.filter(\.isApplied).map { ($0.key, $0.id) }
                + (stored.shared ?? []).map { ($0.key, $0.id) },
            retired: stored.retired, nextProgram: stored.nextProgram)
        programs = stored.programs
        categories = stored.categories ?? stored.category.map { [$0] } ?? []
        hasForeignPersonalTags = stored.hasForeignPersonalTags
        tagsListedFor = stored.tagsListedFor
        customFields = stored.customFields
        references = stored.references ?? References()
        generation = stored.generation ?? 0
        fieldLosses = stored.fieldLosses ?? 0
    }
}

extension TagDirectory.Stored {
    fileprivate init(_ directory: TagDirectory) {
        programs = directory.programs
        tags = directory.records.map { id, record in
            Tag(id: id, name: record.name, key: record.key, isApplied: directory.keyed[record.key] == id)
        }.sorted { $0.id < $1.id }
        shared = directory.keyed.filter { directory.records[$0.value]?.key != $0.key }
            .map { Shared(id: $0.value, key: $0.key) }.sorted { $0.id < $1.id }
        retired = directory.retired.sorted()
        categories = directory.categories
        hasForeignPersonalTags = directory.hasForeignPersonalTags
        tagsListedFor = directory.tagsListedFor
        customFields = directory.customFields
        references = directory.references
        nextProgram = directory.nextProgram
        generation = directory.generation == 0 ? nil : directory.generation
        fieldLosses = directory.fieldLosses == 0 ? nil : directory.fieldLosses
    }
}
