import WireFormats

/// A note for the gym's people about a change that was delivered all the same.
///
/// A value that could not be used is named with its field, so that it can be found and mended where it was entered.
package struct AttentionNote: Hashable, Sendable {
    /// The name of the field, at the source or the destination, if the note is about one.
    package var field: String?
    /// The value as it was written, cut to `longestValue` characters.
    package var value: String?
    /// A sentence that says what happened and what to do.
    package var text: String

    package static let longestValue = 200
    package static let longestText = 300

    package init(_ text: String, field: String? = nil, value: String? = nil) {
        self.text = text.cut(utf16: Self.longestText)
        self.field = field
        self.value = value?.cut(utf16: Self.longestValue)
    }
}

extension AttentionNote: ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) { self.init(text) }
}

/// A note without a field is kept as its text alone, as older versions wrote every note.
extension AttentionNote: Codable {
    private enum CodingKeys: String, CodingKey { case field, value, text }

    package init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {  // else it is an object
            self.init(text)
            return
        }
        let note = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try note.decode(String.self, forKey: .text), field: try note.decodeIfPresent(String.self, forKey: .field),
            value: try note.decodeIfPresent(String.self, forKey: .value))
    }

    package func encode(to encoder: any Encoder) throws {
        guard field != nil || value != nil else {
            var single = encoder.singleValueContainer()
            return try single.encode(text)
        }
        var note = encoder.container(keyedBy: CodingKeys.self)
        try note.encode(text, forKey: .text)
        try note.encodeIfPresent(field, forKey: .field)
        try note.encodeIfPresent(value, forKey: .value)
    }
}
