import WireFormats

/// The body of a call at Keap's web hook: which things changed, by their ids alone.
///
/// Keap's documents and its calls do not agree: ids come as numbers and as texts, the objects as a list, as one object or
/// in it as a list of ids. Each is read.
struct HookMessage: Equatable {
    /// `subscription.edit`
    var event: String
    /// The ids that could be read, each once.
    var ids: [String]
    /// Objects without an id that could be one.
    var withoutID = 0

    struct Problem: Error, Equatable {
        var sentence: String
    }

    init(_ body: [UInt8]) throws(Problem) {
        let node: JSONNode
        do {
            node = try JSONReader.read(body, brokenUTF8: .windows1252)
        } catch {
            throw Problem(sentence: "the body is no JSON: \(error)")
        }
        guard case .object(let members) = node else {
            throw Problem(sentence: "the body is no JSON object with event_key and object_keys")
        }
        guard case .string(let text)? = members.value("event_key"), !text.tidied.isEmpty else {
            throw Problem(sentence: "event_key is missing, or no text")
        }
        event = text.tidied
        ids = []
        var seen: Set<String> = []
        for object in Self.objects(members) {
            guard let id = Self.id(object), KeapThing.isID(id) else {
                withoutID += 1
                continue
            }
            if seen.insert(id).inserted { ids.append(id) }
        }
        if ids.isEmpty, withoutID > 0 { throw Problem(sentence: "object_keys holds no id that can be read") }
    }

    private static func objects(_ members: [JSONNode.Member]) -> [JSONNode] {
        guard let keys = members.value("object_keys") ?? members.value("object_key") else { return [] }
        switch keys {
        case .array(let objects): return objects
        // contactGroup.applied: the contacts of one tag.
        case .object(let inner): if case .array(let ids)? = inner.value("applied") { return ids } else { return [keys] }
        case .null: return []
        default: return [keys]
        }
    }

    private static func id(_ object: JSONNode) -> String? {
        switch object {
        case .number(let text), .string(let text): text
        case .object(let members): members.text("id") ?? members.text("contactId")
        default: nil
        }
    }

    /// What of it bills are about.
    var things: [KeapThing] {
        let words = event.lowercased().split(separator: ".").map(String.init)
        guard words.count >= 2, let last = words.last, let kind = Self.kind(words.dropLast()) else { return [] }
        return ids.map { KeapThing(kind, $0, isDeleted: last == "delete") }
    }

    private static func kind(_ words: some Collection<String>) -> KeapThing.Kind? {
        switch Array(words) {
        case ["subscription"], ["recurringorder"]: .subscription
        case ["order"]: .order
        case ["invoice"]: .invoice
        case ["invoice", "payment"]: .payment
        default: nil
        }
    }
}

extension [JSONNode.Member] {
    fileprivate func value(_ name: String) -> JSONNode? { first { $0.name == name }?.value }

    /// A text, or a number by its digits.
    fileprivate func text(_ name: String) -> String? {
        switch value(name) {
        case .string(let text)?, .number(let text)?: text
        default: nil
        }
    }
}
