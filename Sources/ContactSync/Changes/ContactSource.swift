package import ConfigurationReading
package import Connectors
package import Keap

/// A source whose changes go to Keap's contacts: what it adds to how a gym keeps them.
package protocol ContactSource: Source {
    /// Whether it knows the truth about people, so that its ID and its fields are made in Keap.
    static var isOfRecord: Bool { get }
    /// What it remembers with each contact, if anything.
    static var memory: ContactMemory? { get }

    /// Adds what the gym's contacts must have for it.
    func add(to settings: inout SyncSettings)

    /// Notes what of its own section does not go with the gym's other settings.
    func check(with settings: SyncSettings, at section: ConfigurationValue)

    /// What two gyms of one Keap account must not have in common.
    ///
    /// - Parameters:
    ///   - other: the same source of a gym that the configuration names earlier.
    ///   - gym: the id of this one, to make examples of.
    func clashes(
        with other: Self, _ settings: SyncSettings, _ others: SyncSettings, gym: GymID
    ) -> [SettingClash]

    /// What `lockstep check` says of it without asking Keap.
    func introduction(of gym: GymID) -> SourceIntroduction

    /// What `lockstep check` finds by asking Keap.
    func check(_ calls: any KeapAPI) async throws(KeapFailure) -> SourceFindings
}

extension ContactSource {
    package static var isOfRecord: Bool { false }
    package static var memory: ContactMemory? { nil }
    package func add(to settings: inout SyncSettings) {}
    package func check(with settings: SyncSettings, at section: ConfigurationValue) {}
    package func check(_ calls: any KeapAPI) async throws(KeapFailure) -> SourceFindings { SourceFindings() }
}

/// What a source remembers with a contact, and how two memories of it become one.
package struct ContactMemory: Sendable {
    package var name: String
    package var unite: @Sendable (String, String) -> String

    package init(name: String, unite: @escaping @Sendable (String, String) -> String) {
        (self.name, self.unite) = (name, unite)
    }
}

/// A setting that two gyms of one account have alike.
package struct SettingClash: Sendable {
    /// Its path within the gym.
    package var key: String
    /// What it does, to stand after "has the same Keap account and".
    package var what: String
    /// What would do, to stand after "give this gym".
    package var example: String

    package init(_ key: String, _ what: String, _ example: String) {
        (self.key, self.what, self.example) = (key, what, example)
    }
}

/// What `lockstep check` says of a source before Keap is asked.
package struct SourceIntroduction: Sendable {
    /// The path of the source of record's web hook.
    package var hook: String?
    /// Where the others' messages come in, and what they lead to.
    package var lines: [String]

    package init(hook: String? = nil, lines: [String] = []) { (self.hook, self.lines) = (hook, lines) }
}

/// What `lockstep check` finds of a source in Keap.
package struct SourceFindings: Equatable, Sendable {
    package var lines: [String] = []
    package var problems: [String] = []
    package var wouldCreate: [String] = []

    package init() {}
}
