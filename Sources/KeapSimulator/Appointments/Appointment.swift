/// An appointment of v1.
package struct Appointment: Hashable, Sendable {
    package let id: Int
    package internal(set) var contact: Int?
    package internal(set) var title: String
    package internal(set) var description: String?
    package internal(set) var location: String?
    package internal(set) var start: WorldTime
    package internal(set) var end: WorldTime
    package internal(set) var reminder: Int?
    package internal(set) var user: Int?

    /// Minutes before the start that a reminder may have.
    static let reminders = [5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880]

    func json(withID: Bool) -> JSON {
        var members: [JSON.Member] = []
        if withID { members.append(.init(name: "id", value: .integer(id))) }
        members += [
            .init(name: "title", value: .string(title)), .init(name: "description", value: .optional(description)),
            .init(name: "location", value: .optional(location)),
            .init(name: "start_date", value: .string(start.iso8601InV1)),
            .init(name: "end_date", value: .string(end.iso8601InV1)),
            .init(name: "remind_time", value: reminder.map { .integer($0) } ?? .null),
            .init(name: "contact_id", value: contact.map { .integer($0) } ?? .null),
            .init(name: "user", value: user.map { .integer($0) } ?? .null),
        ]
        return .object(members)
    }
}
