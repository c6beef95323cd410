package struct Tag: Hashable, Sendable {
    package let id: Int
    package internal(set) var name: String
    var description: String?
    package internal(set) var category: Int?
    let created: WorldTime
    var updated: WorldTime

    /// Longer names are cut without a word.
    static let longestName = 255

    var json: JSON {
        [
            "id": .string(String(id)), "name": .string(name), "description": .optional(description),
            "category": category.map { ["id": .string(String($0))] } ?? .null,
            "create_time": .string(created.iso8601), "update_time": .string(updated.iso8601),
        ]
    }

    func jsonInV1(_ category: TagCategory?) -> JSON {
        [
            "id": .integer(id), "name": .string(name), "description": .optional(description),
            "category": category.map(\.jsonInV1) ?? .null,
        ]
    }
}

package struct TagCategory: Hashable, Sendable {
    package let id: Int
    package internal(set) var name: String
    var description: String?
    let created: WorldTime
    var updated: WorldTime

    var json: JSON {
        [
            "id": .string(String(id)), "name": .string(name), "description": .optional(description),
            "create_time": .string(created.iso8601), "update_time": .string(updated.iso8601),
        ]
    }

    var jsonInV1: JSON { ["id": .integer(id), "name": .string(name), "description": .optional(description)] }
}
