import Keap

/// Finds which value Keap minds, after it refused several at once without naming one.
///
/// What is trusted and the id go first, then one group after the other, so that one bad value does not cost the others.
struct FieldTrial: Equatable, Sendable {
    /// Groups that are refused or taken as one. What stands in none of them, and what is trusted, goes with the first.
    static let groups: [[SyncedField]] = [
        [.email], [.mobilePhone], AddressParts.fields, [.birthDate], [.signupDate], [.prospectSource],
    ]

    /// What may be sent now.
    private(set) var current: Set<SyncedField>
    private var waiting: [Set<SyncedField>]
    private let trusted: Set<SyncedField>
    /// Refused by themselves. They are blamed only once Keap has taken something else: it may mind the contact.
    private var refused: Set<SyncedField> = []
    private var hasSucceeded = false

    enum Answer: Equatable {
        /// Send `current` next.
        case goOn
        /// All was sent; Keap minds these alone.
        case over(blamed: Set<SyncedField>)
        /// Keap minds something else than the fields.
        case hopeless
    }

    /// Nil if there is nothing to part.
    ///
    /// - Parameters:
    ///   - sent: what was refused.
    ///   - trusted: what is never the fault: if Keap refuses these, it minds the contact.
    ///   - isCreation: a contact cannot be made without an address of some kind.
    ///   - writesID: the Zen Planner id goes with the first.
    init?(of sent: Set<SyncedField>, trusted: Set<SyncedField>, isCreation: Bool, writesID: Bool) {
        self.trusted = trusted.union([.firstName, .lastName])
        let parts = Self.groups.map { Set($0).intersection(sent).subtracting(trusted) }.filter { !$0.isEmpty }
        let first = sent.subtracting(parts.joined())
        if isCreation {
            current = first
            waiting = parts
            if !Self.suffices(first) {
                guard let base = parts.firstIndex(where: Self.suffices) else { return nil }
                current.formUnion(waiting.remove(at: base))
            }
            guard !waiting.isEmpty else { return nil }
        } else {
            waiting = parts
            current = first
            if first.isEmpty, !writesID {
                guard parts.count > 1 else { return nil }
                current = waiting.removeFirst()
            }
            guard !waiting.isEmpty else { return nil }
        }
    }

    /// Whether Keap makes a contact of these.
    private static func suffices(_ fields: Set<SyncedField>) -> Bool {
        !fields.isDisjoint(with: [.email, .mobilePhone]) || !fields.isDisjoint(with: AddressParts.fields)
    }

    /// Keap has taken `current`, or had nothing to take.
    mutating func taken(isSent: Bool = true) -> Answer {
        hasSucceeded = hasSucceeded || isSent
        return advance()
    }

    mutating func turnedDown(isCreation: Bool) -> Answer {
        guard isCreation else {
            guard !current.isEmpty, current.isDisjoint(with: trusted) else { return .hopeless }
            refused.formUnion(current)
            return advance()
        }
        guard !Self.suffices(current.intersection(trusted)), let base = waiting.firstIndex(where: Self.suffices) else {
            return .hopeless
        }
        refused.formUnion(current.subtracting(trusted))
        current = current.intersection(trusted).union(waiting.remove(at: base))
        return .goOn
    }

    private mutating func advance() -> Answer {
        guard !waiting.isEmpty else { return hasSucceeded ? .over(blamed: refused) : .hopeless }
        current = waiting.removeFirst()
        return .goOn
    }
}

/// A value that Keap refused: it is not sent again until it is another one.
struct RefusedValue: Equatable, Sendable, Codable {
    /// See `Mirror.stored`.
    var value: String
    /// In Keap's words.
    var why: String

    static let longestReason = 150

    init(_ value: String, why: String) {
        self.value = Mirror.stored(value)
        self.why = why.limited(to: Self.longestReason)
    }
}

extension SyncedField {
    /// Words by which Keap's refusals name the field.
    private var namedBy: [String] {
        switch self {
        case .firstName: ["given_name", "given name", "first name", "first_name"]
        case .lastName: ["family_name", "family name", "last name", "last_name"]
        case .email: ["email", "e-mail"]
        case .mobilePhone: ["phone"]
        case .birthDate: ["birth_date", "birth date", "birthday"]
        case .address1: ["line1", "line 1"]
        case .address2: ["line2", "line 2"]
        case .city: ["locality", "city"]
        case .state: ["region", "state"]
        case .zip: ["postal_code", "postal code", "zip"]
        case .country: ["country"]
        case .signupDate, .prospectSource: []  // by their labels, which are the gym's
        }
    }

    /// Which of the sent fields a refusal names; none if it names no field, or things that were not sent.
    static func named(in message: String, among sent: Set<SyncedField>) -> Set<SyncedField> {
        let text = message.lowercased()
        let named = sent.filter { field in field.namedBy.contains { text.contains($0) } }
        if !named.isEmpty { return named }
        return text.contains("address") ? sent.intersection(AddressParts.fields) : []
    }
}
