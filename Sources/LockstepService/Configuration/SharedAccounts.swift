import ContactSync
import Keap
import OnceHub

extension Configuration {
    /// What gyms of one Keap account must not share. IDs and tags are the account's: with one ID field, the member 7 of one
    /// gym would be taken for the member 7 of the other, and with one name for two tags, a program that one gym deletes
    /// would come off the other's people.
    var sharedAccountProblems: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        for (place, gym) in gyms.enumerated() {
            for (earlier, other) in gyms.prefix(place).enumerated() where gym.keap.sharesAccount(with: other.keap) {
                problems += gym.clashes(with: other, place, named: "gyms[\(earlier)] (\(other.id))")
            }
        }
        return problems
    }
}

extension KeapConfiguration {
    fileprivate func sharesAccount(with other: KeapConfiguration) -> Bool {
        site == other.site || (account != nil && account == other.account)
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
