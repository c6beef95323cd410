import Keap

/// Finds which value Keap minds, after it refused several at once without naming one.
///
/// What is trusted and the id go first, then one group after the other, so that one bad value does not cost the others.
enum FieldTrial: Equatable, Sendable {
    case creation(CreationTrial)
    case update(UpdateTrial)

    enum Answer: Equatable {
        /// Send `current` next.
        case goOn
        /// All was sent; Keap minds these alone.
        case over(blamed: Set<SyncedField>)
        /// Keap minds something else than the fields.
        case hopeless
    }

    /// Groups that are refused or taken as one. What stands in none of them, and what is trusted, goes with the first.
    static let groups: [[SyncedField]] = [
        [.email], [.mobilePhone], AddressParts.fields, [.birthDate], [.signupDate], [.prospectSource],
    ]

    /// Nil if there is nothing to part.
    ///
    /// - Parameters:
    ///   - sent: what was refused.
    ///   - trusted: what is never the fault: if Keap refuses these, it minds the contact.
    ///   - isCreation: a contact cannot be made without an address of some kind.
    ///   - writesID: the source ID goes with the first.
    init?(of sent: Set<SyncedField>, trusted: Set<SyncedField>, isCreation: Bool, writesID: Bool) {
        let parts = Self.groups.map { Set($0).intersection(sent).subtracting(trusted) }.filter { !$0.isEmpty }
        let first = sent.subtracting(parts.joined())
        let trusted = trusted.union([.firstName, .lastName])
        if isCreation {
            guard let trial = CreationTrial(first: first, parts: parts, trusted: trusted) else { return nil }
            self = .creation(trial)
        } else {
            guard let trial = UpdateTrial(first: first, parts: parts, trusted: trusted, writesID: writesID) else {
                return nil
            }
            self = .update(trial)
        }
    }

    /// The values that may be sent now.
    var current: Set<SyncedField> {
        switch self {
        case .creation(let trial): trial.current
        case .update(let trial): trial.current
        }
    }

    /// Keap has taken `current`, or had nothing to take. Of a contact that was made, the rest is written as updates.
    mutating func taken(isSent: Bool = true) -> Answer {
        var trial: UpdateTrial =
            switch self {
            case .creation(let trial): UpdateTrial(after: trial)
            case .update(let trial): trial
            }
        let answer = trial.taken(isSent: isSent)
        self = .update(trial)
        return answer
    }

    mutating func turnedDown() -> Answer {
        switch self {
        case .creation(var trial):
            let answer = trial.turnedDown()
            self = .creation(trial)
            return answer
        case .update(var trial):
            let answer = trial.turnedDown()
            self = .update(trial)
            return answer
        }
    }
}

/// Finds the refused value of a contact that exists: writes one group after the other, whatever became of the one before.
struct UpdateTrial: Equatable, Sendable {
    private(set) var current: Set<SyncedField>
    private var waiting: [Set<SyncedField>]
    private let trusted: Set<SyncedField>
    /// Refused by themselves. They are blamed only once Keap has taken something else: it may mind the contact.
    private var refused: Set<SyncedField> = []
    private var hasSucceeded = false

    init?(first: Set<SyncedField>, parts: [Set<SyncedField>], trusted: Set<SyncedField>, writesID: Bool) {
        (current, waiting, self.trusted) = (first, parts, trusted)
        if first.isEmpty, !writesID {
            guard parts.count > 1 else { return nil }
            current = waiting.removeFirst()
        }
        guard !waiting.isEmpty else { return nil }
    }

    /// Adds the values that the contact was not made with.
    init(after creation: CreationTrial) {
        (current, waiting, trusted) = (creation.current, creation.waiting, creation.trusted)
        refused = creation.refused
    }

    mutating func taken(isSent: Bool) -> FieldTrial.Answer {
        hasSucceeded = hasSucceeded || isSent
        return advance()
    }

    mutating func turnedDown() -> FieldTrial.Answer {
        guard !current.isEmpty, current.isDisjoint(with: trusted) else { return .hopeless }
        refused.formUnion(current)
        return advance()
    }

    private mutating func advance() -> FieldTrial.Answer {
        guard !waiting.isEmpty else { return hasSucceeded ? .over(blamed: refused) : .hopeless }
        current = waiting.removeFirst()
        return .goOn
    }
}

/// Finds the refused value of a contact to be made. Keap makes one only with an address of some kind, so these are tried
/// one after the other until it does.
struct CreationTrial: Equatable, Sendable {
    fileprivate(set) var current: Set<SyncedField>
    fileprivate var waiting: [Set<SyncedField>]
    fileprivate let trusted: Set<SyncedField>
    fileprivate var refused: Set<SyncedField> = []

    init?(first: Set<SyncedField>, parts: [Set<SyncedField>], trusted: Set<SyncedField>) {
        (current, waiting, self.trusted) = (first, parts, trusted)
        if !Self.suffices(first) {
            guard let base = parts.firstIndex(where: Self.suffices) else { return nil }
            current.formUnion(waiting.remove(at: base))
        }
        guard !waiting.isEmpty else { return nil }
    }

    /// Whether Keap makes a contact of these.
    private static func suffices(_ fields: Set<SyncedField>) -> Bool {
        !fields.isDisjoint(with: [.email, .mobilePhone]) || !fields.isDisjoint(with: AddressParts.fields)
    }

    mutating func turnedDown() -> FieldTrial.Answer {
        guard !Self.suffices(current.intersection(trusted)), let base = waiting.firstIndex(where: Self.suffices) else {
            return .hopeless
        }
        refused.formUnion(current.subtracting(trusted))
        current = current.intersection(trusted).union(waiting.remove(at: base))
        return .goOn
    }
}
