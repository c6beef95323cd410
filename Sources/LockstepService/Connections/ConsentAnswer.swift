import Foundation

/// What an owner's browser brings back, as a query, as the whole address that a person pasted, or as the code alone.
struct ConsentAnswer: Equatable {
    /// Nil where only the code was pasted.
    var state: String?
    /// Nil where the owner refused.
    var code: String?

    init(query: [(name: String, value: String)]) {
        func value(_ name: String) -> String? {
            let values = query.filter { $0.name == name }.map(\.value)
            return values.count == 1 && Self.isPlain(values[0]) ? values[0] : nil
        }
        (state, code) = (value("state"), value("code"))
    }

    /// Nil for a text that holds neither.
    init?(pasted text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if let items = URLComponents(string: text)?.queryItems, text.contains("?") {
            self = ConsentAnswer(query: items.map { (name: $0.name, value: $0.value ?? "") })
            return
        }
        guard Self.isPlain(text), !text.contains("/") else { return nil }
        (state, code) = (nil, text)
    }

    private static func isPlain(_ text: String) -> Bool {
        (1...2_048).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
