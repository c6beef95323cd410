import WireFormats

extension KeapTag {
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.text, let name = json["name"]?.text else { return nil }
        let category = json["category"]?["id"]?.text.flatMap { $0.isEmpty || $0 == "0" ? nil : CategoryID($0) }
        self.init(id: TagID(id), name: name.withoutMarkupEscapes, category: category)
    }
}

extension KeapCategory {
    init?(_ json: JSONValue) {
        guard let id = json["id"]?.text, let name = json["name"]?.text else { return nil }
        self.init(id: CategoryID(id), name: name.withoutMarkupEscapes)
    }
}

extension TagAnswer {
    init(word: String) {
        self =
            switch word {
            case "SUCCESS": .applied
            case "DUPLICATE": .duplicate
            case "CONTACT_NOT_FOUND": .contactGone
            case "TAG_ID_NOT_FOUND": .tagGone
            default: .refused(word)
            }
    }

    /// What a 200 says of each tag, or of each contact. v1's documented list of single-key objects, the map that really
    /// comes, and v2's map under `results` are all read; a success was seen to be an object, a failure a word.
    ///
    /// An answer without items covers all. Where it has items, one that it passes over is refused: to believe it applied
    /// would hide a contact that never got its tag.
    static func read<Kind>(_ json: JSONValue?, for ids: [KeapID<Kind>]) -> [KeapID<Kind>: TagAnswer] {
        let said = Dictionary(entries(json)) { $1 }
        let rest: TagAnswer = said.isEmpty ? .applied : .refused("Keap's answer does not name it")
        return Dictionary(ids.map { ($0, said[$0.text].map { TagAnswer($0) } ?? rest) }) { $1 }
    }

    /// False for an answer that has items, but of none of these: it is about something else.
    static func names(_ json: JSONValue?, anyOf ids: [String]) -> Bool {
        let said = Set(entries(json).map(\.0))
        return said.isEmpty || ids.contains { said.contains($0) }
    }

    private init(_ value: JSONValue) {
        if let word = value.text {
            self.init(word: word)
        } else if let word = ["status", "result", "code"].lazy.compactMap({ value[$0]?.text }).first {
            self.init(word: word)
        } else {
            self = .applied
        }
    }

    private static func entries(_ json: JSONValue?) -> [(String, JSONValue)] {
        switch json {
        case .array(let items): items.flatMap { entries($0) }
        case .object(let members):
            if let results = members["results"] {
                entries(results)
            } else {
                members.map { ($0.key, $0.value) }
            }
        default: []
        }
    }
}
