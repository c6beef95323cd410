import Foundation
import LockstepService

struct ForgetCommand: Command {
    static let words = ["forget"]
    static let summary = "erases a person from what Lockstep keeps"
    static let help = """
        Usage: lockstep forget GYM/ID [--config FILE | --admin URL] [--discard] [--yes] [--json]
               lockstep forget --gym GYM ID …

        Erased are what is kept of the person's messages and calls, what is remembered of their contact in Keap, notes
        that they need attention, and their dead letters. It says first what that is, and asks. What is left, and until
        when, it says too. Keap, Zen Planner and OnceHub are told nothing: a message that comes for them later makes
        them known again.

          --gym GYM        whose person
          --discard        also changes that wait; without it those are a reason not to
          --yes            does not ask
          --json           a JSON object: gym, id, subject, jobs, entries, attention, remembered, left, isDone
        \(AdminClient.optionsHelp)
        """

    private let address: AdminClient.Address
    private let person: PersonAddress
    private let discards: Bool
    private let isSure: Bool
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        address = try AdminClient.Address(&arguments)
        let gym = try arguments.option("--gym")
        discards = arguments.flag("--discard")
        isSure = arguments.flag("--yes")
        json = arguments.flag("--json")
        person = try PersonAddress(arguments.positionals(), gym: gym)
    }

    func run() async throws -> ExitCode {
        let client = try AdminClient(address)
        if !isSure {
            let preview = try client.decode(ForgottenPerson.self, from: try await ask(client, isPreview: true))
            Terminal.note(Self.text(preview))
            guard Terminal.canAsk else {
                throw CommandFailure("nothing was erased: without a terminal to ask on, say --yes")
            }
            guard Terminal.ask("Erase \(preview.subject.harmless)? [y/N] ") else {
                Terminal.note("nothing was erased")
                return .failed
            }
        }
        try client.show(try await ask(client, isPreview: false), asJSON: json, Self.text)
        return .done
    }

    private func ask(_ client: AdminClient, isPreview: Bool) async throws -> Data {
        try await client.post(
            "/api/forget",
            [
                ("gym", person.gym), ("person", person.id), ("discard", discards ? "true" : nil),
                ("preview", isPreview ? "true" : nil),
            ], within: 120)
    }

    private static func text(_ person: ForgottenPerson) -> String {
        let jobs = person.jobs.isEmpty ? "no job" : "jobs \(person.jobs.joined(separator: ", "))"
        var lines = [
            "\(person.subject) (gym \(person.gym), \(person.id))",
            "\(person.isDone ? "erased" : "to be erased"): \(person.entries) kept messages, calls and endings; "
                + "\(person.attention) notes; \(jobs); "
                + (person.remembered ? "what is remembered of the contact" : "nothing is remembered of a contact"),
            "left:",
        ]
        lines += person.left.map { "  " + $0 }
        return lines.map(\.harmless).joined(separator: "\n")
    }
}
