package import ConfigurationReading
package import Connectors
package import Keap

/// A source whose changes go to Keap's contacts: what it adds to how a gym keeps them.
package protocol ContactSource: Source {
    /// Whether it knows the truth about people, so that its ID and its fields are made in Keap.
    static var isOfRecord: Bool { get }
    /// Its memory of each contact, if it has one.
    static var memory: ContactMemory? { get }

    /// Adds what the gym's contacts must have for it.
    func add(to settings: inout SyncSettings)

    /// Notes what of its own section does not go with the gym's other settings.
    func check(with settings: SyncSettings, at section: ConfigurationValue)

    /// Settings that two gyms of one Keap account must not share.
    ///
    /// - Parameters:
    ///   - other: the same source of a gym that the configuration names earlier.
    ///   - gym: the id of this one, to make examples of.
    func clashes(
        with other: Self, _ settings: SyncSettings, _ others: SyncSettings, gym: GymID
    ) -> [SettingClash]

    /// Findings of `lockstep check` without asking Keap.
    func introduction(of gym: GymID) -> SourceIntroduction

    /// Findings of `lockstep check` by asking Keap.
    func check(_ calls: any KeapAPI) async throws(KeapFailure) -> SourceFindings
}

extension ContactSource {
    package static var isOfRecord: Bool { false }
    package static var memory: ContactMemory? { nil }
    package func add(to settings: inout SyncSettings) {}
    package func check(with settings: SyncSettings, at section: ConfigurationValue) {}
    package func check(_ calls: any KeapAPI) async throws(KeapFailure) -> SourceFindings { SourceFindings() }
}

/// The kind of a source's memory of a contact, and how two memories become one.
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
    /// The clash, to stand after "has the same Keap account and".
    package var what: String
    /// The remedy, to stand after "give this gym".
    package var example: String

    package init(_ key: String, _ what: String, _ example: String) {
        (self.key, self.what, self.example) = (key, what, example)
    }
}

/// A finding of `lockstep check` about a source before Keap is asked.
package struct SourceIntroduction: Sendable {
    /// The path of the source of record's web hook.
    package var hook: String?
    /// Where the others' messages come in, and what they lead to.
    package var lines: [String]

    package init(hook: String? = nil, lines: [String] = []) { (self.hook, self.lines) = (hook, lines) }
}

/// A finding of `lockstep check` about a source in Keap.
package struct SourceFindings: Equatable, Sendable {
    package var lines: [String] = []
    package var problems: [String] = []
    package var wouldCreate: [String] = []

    package init() {}
}
