/// A person as a command line names them: `GYM/ID`, as `lockstep people` prints it, or `--gym GYM ID`.
struct PersonAddress {
    var gym: String
    var id: String

    /// - Parameter gym: what `--gym` said.
    init(_ words: [String], gym: String?) throws(UsageError) {
        let text = words.joined(separator: " ")
        guard !text.isEmpty else { throw UsageError("name the person: GYM/ID, or --gym GYM ID") }
        if let gym {
            self.gym = gym
            // As `people` prints it, with the same gym in front.
            id = text.hasPrefix(gym + "/") ? String(text.dropFirst(gym.count + 1)) : text
            guard !id.isEmpty else { throw UsageError("name the person: GYM/ID, or --gym GYM ID") }
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw UsageError("name the person with the gym: GYM/ID, or --gym GYM ID")
        }
        (self.gym, id) = (parts[0], parts[1])
    }
}
