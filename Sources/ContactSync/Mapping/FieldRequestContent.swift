import Keap
import WireFormats

/// The value of a requested field in Keap, once its references are known.
enum FieldRequestContent: Equatable {
    case text(String)
    case record(RecordID)
    case custom(CustomFieldID, JSONValue)
    case entry(slot: String)

    /// - Throws: `FieldMisfit` if Keap's field cannot hold the value, or if there is no such field.
    init(_ wish: FieldRequest, _ references: References, _ reading: ValueReading) throws(FieldMisfit) {
        let codec = FieldCodec(reading: reading, users: references.users ?? [])
        let plain = wish.value.plain.trimmed
        switch wish.target {
        case .property(let field): self = .text(try codec.text(of: wish.value, for: field))
        case .owner:
            guard let user = FieldCodec.user(plain, among: references.users ?? []) else {
                throw FieldMisfit(
                    field: "owner", kind: "a user of this Keap account", value: plain,
                    fitting: "the e-mail address, the name or the id of one")
            }
            self = .text(user.id.text)
        case .leadSource, .company:
            let kind: RecordKind = wish.target == .company ? .company : .leadSource
            guard plain.fits(KeapLengths.recordName) else {
                throw FieldMisfit(
                    field: kind.word, kind: "a name", value: plain,
                    fitting: "at most \(KeapLengths.recordName) characters")
            }
            guard let id = references.record(kind, plain) else {
                let why = references.refusal(of: .record(kind, name: plain)) ?? "it is not known"
                throw FieldMisfit(field: kind.word, value: plain, obstacle: "Keap refused to make it: \(why)")
            }
            self = wish.target == .company ? .record(id) : .text(id.text)
        case .phone(let slot):
            guard plain.looksLikePhone, plain.fits(KeapLengths.phone(slot.rawValue)) else {
                throw FieldMisfit(
                    field: slot.rawValue, kind: "a phone number", value: plain, fitting: "+1 303 555 0101")
            }
            self = .entry(slot: slot.rawValue)
        case .email(let slot):
            guard plain.looksLikeEmail, plain.fits(KeapLengths.email(slot.rawValue)) else {
                throw FieldMisfit(
                    field: slot.rawValue, kind: "an e-mail address", value: plain, fitting: "ada@example.com")
            }
            self = .entry(slot: slot.rawValue)
        case .custom(let label):
            guard let model = references.field(label) else {
                if let why = references.refusal(of: .customField(label: label)) {
                    throw FieldMisfit(field: label, value: plain, obstacle: "Keap refused to make the field: \(why)")
                }
                let nearest = references.missingFields[label.folded].map {
                    $0.isEmpty ? "" : "; the nearest is \"\($0)\""
                }
                throw FieldMisfit(
                    field: label, value: plain, obstacle: "Keap has no custom field of that label\(nearest ?? "")")
            }
            self = .custom(model.id, try codec.content(of: wish.value, for: model))
        }
    }

    /// Puts it into what is sent. Lists are sent whole, so `contact` must hold those that it is in.
    func write(_ wish: FieldRequest, into body: inout ContactBody, onto contact: KeapContact?) {
        switch self {
        case .text(let text): body.texts[wish.target.field] = text
        case .record(let id): body.company = id
        case .custom(let id, let content):
            var contents = body.customFields ?? contact?.customFields ?? []
            contents.removeAll { $0.id == id }
            contents.append(CustomFieldContent(id: id, content: content))
            body.customFields = contents
        case .entry(let slot):
            let plain = wish.value.plain.trimmed
            if case .email = wish.target {
                var emails = body.emails ?? contact?.emails ?? []
                emails.removeAll { $0.field == slot }
                body.emails = emails + [EmailSlot(field: slot, email: plain)]
            } else {
                var phones = body.phones ?? contact?.phones ?? []
                phones.removeAll { $0.field == slot }
                body.phones = phones + [PhoneSlot(field: slot, number: plain)]
            }
        }
    }

    /// How Keap's contact stands to the wish; nil if that property was not read.
    func standing(of wish: FieldRequest, in contact: KeapContact) -> Standing? {
        guard contact.has(wish.target.field) else { return nil }
        switch self {
        case .text(let text):
            let there = contact.texts[wish.target.field] ?? ""
            // Keap writes 0 for no owner and no lead source.
            if there.isEmpty || wish.target.field.isReference && there == "0" { return .empty }
            return there == text ? .same : .other
        case .record(let id):
            guard let company = contact.company, !company.isNone else { return .empty }
            return company.id == id || company.name?.folded == wish.value.plain.folded ? .same : .other
        case .custom(let id, let content):
            guard let there = contact.customFields?.first(where: { $0.id == id })?.content else { return .empty }
            if [.null, .string(""), .array([])].contains(there) { return .empty }
            return there.says(content) ? .same : .other
        case .entry(let slot):
            let there: String?
            if case .email = wish.target {
                there = contact.emails?.first { $0.field == slot }?.email
            } else {
                there = contact.phones?.first { $0.field == slot }?.number
            }
            guard let there, !there.isEmpty else { return .empty }
            return there.folded == wish.value.plain.folded ? .same : .other
        }
    }

    enum Standing: Equatable { case empty, same, other }
}

extension ContactField {
    fileprivate var isReference: Bool { self == .owner || self == .leadSource }
}

extension JSONValue {
    /// Whether two contents of a field say the same: Keap may give numbers as text, lists as text, dates with a time.
    fileprivate func says(_ other: JSONValue) -> Bool {
        if self == other { return true }
        let (mine, theirs) = (words.sorted(), other.words.sorted())
        if mine == theirs { return true }
        guard mine.count == 1, theirs.count == 1 else { return false }
        if let a = Double(mine[0]), let b = Double(theirs[0]) { return a == b }
        if let a = KeapTime(text), let b = KeapTime(other.text) { return a == b }
        return CivilDay(String(text.prefix(10))) != nil && text.count > 10 && text.prefix(10) == other.text
    }

    private var words: [String] {
        switch self {
        case .array(let items): items.flatMap(\.words)
        case .bool(let flag): [flag ? "true" : "false"]
        case .string(let text) where ["yes", "1", "no", "0"].contains(text.folded):
            [text.folded == "yes" || text == "1" ? "true" : "false"]
        case .number(let digits) where digits == "1" || digits == "0": [digits == "1" ? "true" : "false"]
        case .string(let text): text.split(separator: ",").map { String($0).folded }
        case .number(let digits): [digits]
        case .null, .object: []
        }
    }
}
