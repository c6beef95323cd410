import Connectors
import ConfigurationReading
import ContactSync
import Keap

/// Two gyms of one Keap account that would take each other's people or tags.
struct AccountClash: Sendable {
    /// In the order of the configuration.
    var earlier: GymConfiguration
    var later: GymConfiguration
    /// Each names a setting of the later one.
    var problems: [ConfigurationProblem]
}

extension Configuration {
    /// What gyms of one Keap account must not share. IDs and tags are the account's: with one ID field, the member 7 of one
    /// gym would be taken for the member 7 of the other, and with one name for two tags, a program that one gym deletes
    /// would come off the other's people.
    var sharedAccountProblems: [ConfigurationProblem] { accountClashes().flatMap(\.problems) }

    /// - Parameter learned: the account of each key, as Keap told it.
    func accountClashes(learned: [KeapLogin: KeapAccountID] = [:]) -> [AccountClash] {
        var clashes: [AccountClash] = []
        for (place, gym) in gyms.enumerated() {
            let sharing = gymsSharingAccount(with: gym, learned: learned).map(\.id)
            for (earlier, other) in gyms.prefix(place).enumerated() where sharing.contains(other.id) {
                let problems = gym.clashes(with: other, place, named: "gyms[\(earlier)] (\(other.id))")
                if !problems.isEmpty { clashes.append(AccountClash(earlier: other, later: gym, problems: problems)) }
            }
        }
        return clashes
    }
}

extension GymConfiguration {
    fileprivate func clashes(
        with other: GymConfiguration, _ place: Int, named name: String
    ) -> [ConfigurationProblem] {
        sources.ofContacts.flatMap { $0.clashes(with: other, sync, gym: id) }.map { clash in
            ConfigurationProblem(
                "gyms[\(place)].\(clash.key)",
                .notUsable(
                    reason: "\(name) has the same Keap account and \(clash.what); give this gym \(clash.example)"))
        }
    }
}

extension ContactSource {
    /// With the same source of another gym, if that has it.
    fileprivate func clashes(
        with other: GymConfiguration, _ settings: SyncSettings, gym: GymID
    ) -> [SettingClash] {
        other.sources[Self.self].map { clashes(with: $0, settings, other.sync, gym: gym) } ?? []
    }
}
