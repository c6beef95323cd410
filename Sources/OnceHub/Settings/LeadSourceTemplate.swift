/// How a lead source is named: parts between `>`, with placeholders. A part whose placeholders are all empty is left out.
package struct LeadSourceTemplate: Equatable, Sendable, CustomStringConvertible {
    package enum Placeholder: String, CaseIterable, Sendable {
        case masterPage, eventType, bookingPage, calendar, owner
    }

    package enum Problem: Error, Equatable, Sendable {
        case unknown(placeholder: String)
        /// Without any, every booking would have one lead source.
        case none
    }

    package let description: String

    /// OnceHub's own.
    package static let usual = LeadSourceTemplate("{masterPage} > {eventType} > {bookingPage}")

    private init(_ text: String) { description = text }

    package init(parsing text: String) throws(Problem) {
        var rest = text[...]
        var count = 0
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let word = String(rest[rest.index(after: open)..<close])
            guard Placeholder(rawValue: word) != nil else { throw .unknown(placeholder: "{\(word)}") }
            count += 1
            rest = rest[rest.index(after: close)...]
        }
        guard count > 0 else { throw .none }
        self.init(text)
    }

    /// Nil if none of the placeholders stands for anything.
    func name(_ value: (Placeholder) -> String) -> String? {
        var isAnythingSaid = false
        let parts = description.split(separator: ">").compactMap { part -> String? in
            var text = String(part)
            var hasPlaceholder = false
            var says = false
            for placeholder in Placeholder.allCases where text.contains("{\(placeholder.rawValue)}") {
                hasPlaceholder = true
                // A name with the separator in it would look like two parts.
                let word = value(placeholder).replacing(">", with: " ").split(separator: " ").joined(separator: " ")
                if !word.isEmpty { says = true }
                text = text.replacing("{\(placeholder.rawValue)}", with: word)
            }
            guard says || !hasPlaceholder else { return nil }
            if says { isAnythingSaid = true }
            return text.split(separator: " ").joined(separator: " ")
        }
        return isAnythingSaid ? parts.joined(separator: " > ") : nil
    }
}
