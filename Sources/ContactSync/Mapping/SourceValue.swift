package import Connectors
package import Keap

/// A value of a source, before it is known which field of Keap's it goes to.
package enum SourceValue: Hashable, Sendable {
    case text(String)
    case moment(KeapTime)
    /// Digits, perhaps with a point.
    case number(String)
    case list([String])

    /// Whether there is nothing to send.
    package var isEmpty: Bool {
        switch self {
        case .text(let text), .number(let text): text.allSatisfy(\.isWhitespace)
        case .list(let items): items.allSatisfy { $0.allSatisfy(\.isWhitespace) }
        case .moment: false
        }
    }

    /// The value as it is remembered and shown.
    package var plain: String {
        switch self {
        case .text(let text), .number(let text): text
        case .moment(let time): time.text
        case .list(let items): items.joined(separator: ", ")
        }
    }
}

/// A value that its field cannot hold.
package struct FieldMisfit: Error, Equatable, Sendable {
    /// The field's name as Keap's users see it.
    package var field: String
    /// The kind of value that the field holds, such as "a whole number".
    package var kind: String
    /// Nil if the value must not be shown.
    package var value: String?
    /// An example, or the choices there are.
    package var fitting: String
    /// Where it is not the value's fault: what stands in the way, as a sentence without its end.
    package var obstacle: String?

    package init(field: String, kind: String, value: String?, fitting: String) {
        self.field = field
        self.kind = kind
        self.value = value
        self.fitting = fitting
    }

    package init(field: String, value: String, obstacle: String) {
        self.init(field: field, kind: "", value: value, fitting: "")
        self.obstacle = obstacle
    }

    package var note: AttentionNote { AttentionNote(sentence, field: field, value: value) }

    package var sentence: String {
        let shown = value.map { "\"\($0.limited(to: 100))\"" } ?? "The value"
        if let obstacle { return "\(shown) was not sent to \"\(field)\": \(obstacle)." }
        return "\(shown) was not sent to \"\(field)\", which holds \(kind): \(fitting) would fit."
    }
}
