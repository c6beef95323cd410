/// Names as v1 writes them: words run together.
enum SourceType {
    static func v2Name(of text: String) -> String? {
        ContactSchema.sourceTypes.first { $0.filter { $0 != "_" } == text }
    }
}

/// v1 writes `LinkedIn` where v2 writes `LINKED_IN`.
enum SocialNetwork {
    static let namesInV1 = ["Facebook", "Twitter", "LinkedIn", "Instagram", "Snapchat", "YouTube", "Pinterest"]

    static func v2Name(of text: String) -> String? {
        guard namesInV1.contains(text) else { return nil }
        return text == "LinkedIn" ? "LINKED_IN" : text.uppercased()
    }

    static func v1Name(of word: String) -> String {
        namesInV1.first { v2Name(of: $0) == word } ?? word
    }
}
