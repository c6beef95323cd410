import ContactSync
import Keap
import OnceHub

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
    func accountClashes(learned: [KeapSite: KeapAccountID] = [:]) -> [AccountClash] {
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
        var problems: [ConfigurationProblem] = []
        func note(_ key: String, _ what: String, _ example: String) {
            problems.append(
                ConfigurationProblem(
                    "gyms[\(place)].\(key)",
                    .notUsable(reason: "\(name) has the same Keap account and \(what); give this gym \(example)")))
        }
        if zenPlanner != nil, other.zenPlanner != nil {
            if sync.customFields.zenPlannerID.folded == other.sync.customFields.zenPlannerID.folded {
                note(
                    "sync.customFields.zenPlannerID", "keeps its IDs in the same custom field",
                    "one of its own, such as \"Zen Planner ID \(id)\"")
            }
            if sync.statusTag.meets(other.sync.statusTag) {
                note("sync.tags.status", "tags of these names", "names of its own, such as \"\(id) Status: {status}\"")
            }
            if sync.programTag.meets(other.sync.programTag) {
                note(
                    "sync.tags.program", "tags of these names",
                    "names of its own, such as \"\(id) Program: {program} - {status}\"")
            }
        }
        if let tags = onceHub?.settings.tags, let theirs = other.onceHub?.settings.tags, tags.isGenericOn,
            theirs.isGenericOn, tags.genericName.description.folded == theirs.genericName.description.folded
        {
            note("onceHub.tags.generic", "booking tags of these names", "names of its own, such as \"\(id) {status}\"")
        }
        return problems
    }
}
