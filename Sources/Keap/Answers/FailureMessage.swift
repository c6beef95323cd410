import OutboundAPI

/// The sentence in a refusal, whichever of Keap's four shapes it has.
struct FailureMessage {
    private let words: String

    static let longest = 500

    init(_ message: String) {
        words = message.uppercased().map { $0.isLetter || $0.isNumber ? String($0) : " " }.joined()
            .split(separator: " ").joined(separator: " ")
    }

    /// Whether a 400 says that the id in the path is unknown. Only words about that very thing count: "custom field 7
    /// of contact 9 not found" must not make the mirror forget the contact.
    func saysGone(_ subject: APIEndpoint.Subject?) -> Bool {
        guard let subject = subject?.rawValue else { return false }
        var rest = words.split(separator: " ")[...]
        guard rest.popFirst().map(String.init) == subject else { return false }
        while let word = rest.first, ["ID", "WITH", "IS", "WAS"].contains(word) || word.allSatisfy(\.isNumber) {
            rest.removeFirst()
        }
        return [["NOT", "FOUND"], ["DOES", "NOT", "EXIST"]].contains { rest.starts(with: $0.map { $0[...] }) }
    }

    static func read(_ response: APIResponse) -> String {
        let said = JSONValue(json: response.body).flatMap(sentence) ?? plainText(response)
        return said.map { String($0.prefix(longest)) } ?? "Keap answered \(response.status)."
    }

    private static func sentence(_ json: JSONValue) -> String? {
        let candidates = [
            json["message"]?.text,  // v2, v1, and the 429
            json["localizedMessage"]?.text,  // v1
            json["fault"]?["faultstring"]?.text,  // the gateway in front
            json["error_description"]?.text, json["error"]?.text,  // the token endpoint
        ]
        guard var sentence = candidates.lazy.compactMap({ $0 }).first(where: { !$0.isEmpty }) else { return nil }
        // v2 names what it objects to apart from the sentence.
        let details = (json["details"]?.items ?? []).compactMap { detail in
            [detail["domain"]?.text, detail["resource"]?.text].compactMap { $0 }.joined(separator: " ")
        }.filter { !$0.isEmpty }
        if !details.isEmpty { sentence += " (\(details.joined(separator: ", ")))" }
        return sentence
    }

    private static func plainText(_ response: APIResponse) -> String? {
        guard let text = String(validating: response.body, as: UTF8.self), !text.contains("<") else { return nil }
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.isEmpty || line.hasPrefix("{") ? nil : line
    }
}
