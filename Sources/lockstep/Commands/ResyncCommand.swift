struct ResyncCommand: Command {
    static let words = ["resync"]
    static let summary = "compares people with Keap again and puts right what differs"
    static let help = """
        Usage: lockstep resync [--config FILE | --admin URL] --gym GYM [--person ID | --contact ID | --booking ID | --tag TAG]
               lockstep resync GYM/ID …

        Lockstep sends only what differs from what it remembers of Keap. This has Keap read anew, and fields and tags that
        were changed there by hand are put back as the latest message had them. Without one of these, all people of the
        gym: their contacts are listed, a thousand a call, and those that differ are put right one by one. A tag: those
        who wear it and should not, and the other way round.

          GYM/ID           one person, as `lockstep people` prints them
          --gym GYM        whose people
          --person ID      one person, by the Zen Planner ID
          --contact ID     one person, by Keap's id of the contact
          --booking ID     one person, by OnceHub's id of a booking
          --tag TAG        a tag of ours, by its name or Keap's id
        \(AdminClient.optionsHelp)

        It runs in the service, after the changes that wait already. One person goes as any change does; a gym or a tag
        makes way for everything live. It survives a restart; `lockstep explain JOB` tells how it stands.
        """

    private let address: AdminClient.Address
    private let gym: String
    private let subject: (name: String, value: String)?

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        let gym = try arguments.option("--gym")
        var subjects: [(name: String, value: String)] = []
        for name in ["person", "contact", "booking", "tag"] {
            if let value = try arguments.option("--\(name)") { subjects.append((name, value)) }
        }
        if subjects.count > 1 { throw UsageError("give one of --person, --contact, --booking and --tag") }
        let words = arguments.positionals()
        guard words.isEmpty else {
            guard subjects.isEmpty else { throw UsageError("give GYM/ID or --\(subjects[0].name), not both") }
            let person = try PersonAddress(words, gym: gym)
            (self.gym, subject) = (person.gym, ("id", person.id))
            return
        }
        guard let gym else { throw UsageError("--gym is missing") }
        self.gym = gym
        subject = subjects.first
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        let parameters = [("gym", gym)] + (subject.map { [($0.name, $0.value)] } ?? [])
        let answer = try await client.post("/api/resync", parameters)
        let job = try client.decode([String: String].self, from: answer)["job"] ?? ""
        let what = subject.map { $0.name == "id" ? $0.value : "\($0.name) \($0.value)" } ?? "all people"
        Terminal.print(
            "\(what) of gym \(gym): compared with Keap by job \(job); `lockstep explain \(job)` tells how it stands")
        return .done
    }
}
