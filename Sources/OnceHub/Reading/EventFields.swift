import Keap
import WireFormats

/// The members of a JSON object, read without minding how OnceHub writes "nothing": left out, `null` or `""`.
struct EventFields {
    private let members: [String: JSONValue]

    init(_ value: JSONValue) {
        if case .object(let members) = value { self.members = members } else { members = [:] }
    }

    /// Nil unless it is an object with anything in it.
    subscript(name: String) -> EventFields? {
        guard case .object(let members)? = members[name], !members.isEmpty else { return nil }
        return EventFields(.object(members))
    }

    /// Without blanks around it, and with one for each run inside.
    func text(_ name: String) -> String { members[name].map(Self.text) ?? "" }

    /// The same of a text or a number: `false` is no name.
    func words(_ name: String) -> String {
        switch members[name] {
        case .string?, .number?: text(name)
        default: ""
        }
    }

    /// The same line by line, for what people write in a box of several lines.
    func lines(_ name: String) -> String {
        guard case .string(let text)? = members[name] else { return self.text(name) }
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { Self.text(.string(String($0))) }
        guard let first = lines.firstIndex(where: { !$0.isEmpty }), let last = lines.lastIndex(where: { !$0.isEmpty })
        else { return "" }
        return lines[first...last].joined(separator: "\n")
    }

    /// The first of these that says anything.
    func first(_ names: String...) -> String { names.lazy.map { text($0) }.first { !$0.isEmpty } ?? "" }

    /// A list of texts, or of objects with an e-mail address or a name; blanks and nulls left out.
    func texts(_ name: String) -> [String] {
        guard case .array(let items)? = members[name] else { return [] }
        return items.prefix(Self.mostFormFields).map { item in
            if case .object = item { return EventFields(item).first("email", "name") }
            return Self.text(item)
        }.filter { !$0.isEmpty }
    }

    /// An id, an object with one, or nothing.
    func reference(_ name: String) -> Reference? {
        guard let object = self[name] else {
            let id = text(name)
            return id.isEmpty ? nil : Reference(id: id)
        }
        var called = object.text("name")
        if called.isEmpty {
            called = [object.text("first_name"), object.text("last_name")].filter { !$0.isEmpty }.joined(separator: " ")
        }
        let reference = Reference(id: object.text("id"), name: called, email: object.text("email"))
        return reference == Reference(id: "") ? nil : reference
    }

    /// `custom_fields`, a list of names and values.
    var formFields: [FormField] {
        guard case .array(let items)? = members["custom_fields"] else { return [] }
        return items.prefix(Self.mostFormFields).compactMap { item in
            let field = EventFields(item)
            let name = field.text("name")
            return name.isEmpty ? nil : FormField(name: name, value: field.lines("value"))
        }
    }

    /// Far more than a form asks.
    private static let mostFormFields = 200

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text):
            text.withoutMarkupEscapes.withoutInvisibleMarks.split(whereSeparator: \.isWhitespace)
                .joined(separator: " ")
        case .number(let digits): digits
        case .bool(let flag): flag ? "true" : "false"
        // What a form asks with boxes to tick.
        case .array(let items): items.map(Self.text).filter { !$0.isEmpty }.joined(separator: ", ")
        case .null, .object: ""
        }
    }
}
