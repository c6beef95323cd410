import ConfigurationReading
import Connectors
import Foundation
import LockstepService
import ZenPlanner

struct ImportCommand: Command {
    static let words = ["import"]
    static let summary = "brings a Zen Planner people report into Keap"
    static let help = """
        Usage: lockstep import [--config FILE] --gym GYM [--preview | --yes] [--no-wait] [--rejected REJECTED.csv] PEOPLE.csv

        Shows first what is in the file: how many people, which columns mean something, how many are known already, one of
        them as Keap gets it, which values and rows are left out and why.
        Then asks, hands the people to the running service and follows it until Keap has them. Columns are named like
        the fields of messages (see zenPlanner.fields); a person without a Zen Planner id is known by first name, last
        name and e-mail together. Importing a file again changes nothing that has not changed.

          --preview        only show
          --yes            do not ask
          --rejected FILE  write the rows that are left out to FILE, with their lines and reasons
          --no-wait        return when the service has everything on disk
          --config FILE    the service's configuration: its field names, and where it is running

        Imports make way for live changes, and go on without this command: stopping it stops the watching only.
        """

    private let address: AdminClient.Address
    private let config: String
    private let gym: String
    private let file: String
    private let isPreview: Bool
    private let isAgreed: Bool
    private let waits: Bool
    private let rejected: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        config = try arguments.configuration()
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym is missing") }
        self.gym = gym
        address = AdminClient.Address(config: config)
        isPreview = arguments.flag("--preview")
        isAgreed = arguments.flag("--yes")
        waits = !arguments.flag("--no-wait")
        if isPreview, isAgreed { throw UsageError("give --preview or --yes, not both") }
        rejected = try arguments.option("--rejected")
        file = try arguments.positional("PEOPLE.csv")
    }

    func run() async throws -> ExitCode {
        let configuration = try Configuration.load(config, needsSecrets: false)
        guard let found = configuration.gyms.first(where: { $0.id.description == gym }) else {
            throw CommandFailure("\(config) has no gym “\(gym)”")
        }
        guard let settings = found.sources[ZenPlannerSource.self]?.settings else {
            throw CommandFailure("gym \(gym) has no zenPlanner section in \(config)")
        }
        let report = try read(settings)
        let known = await knownAlready(report.people)
        Terminal.print(ImportPreview(report, file: file, settings: settings, sync: found.sync, known: known).text)
        try writeRejected(of: report)
        guard !report.people.isEmpty else { return report.flaws.isEmpty ? .done : .failed }
        if isPreview { return .done }
        guard try isAgreed || asks(report.people.count) else {
            Terminal.note("nothing was imported")
            return .failed
        }
        let client = try AdminClient(address)
        let deadBefore = try await progress(client)["dead"] ?? 0
        let refused = try await send(report.people, to: client)
        let kept = report.people.count - refused
        let isWhole = waits && kept > 0 ? try await follow(kept, client, deadBefore: deadBefore) : true
        return refused == 0 && isWhole ? .done : .failed
    }

    private func read(_ settings: ZenPlannerSettings) throws -> PeopleReport {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file) cannot be read")
        }
        do {
            return try PeopleReport(Array(data), settings: settings)
        } catch {
            throw CommandFailure("\(file): \(error)")
        }
    }

    /// Asks the service, which a preview does not need.
    private func knownAlready(_ people: [PeopleReport.Person]) async -> ImportPreview.KnownPeople? {
        guard !people.isEmpty else { return nil }
        var known = 0
        do {
            let client = try AdminClient(address)
            for range in ImportRanges.ranges(of: people.map(\.form.count)) {
                let rows = people[range].map { String(decoding: $0.form, as: UTF8.self) }
                let answer = try await client.post(
                    "/api/gyms/\(gym.inPath)/people", [("preview", "true")], json: ["rows": rows])
                known += try client.decode(KnownPeople.self, from: answer).known
            }
        } catch {
            return .noAnswer
        }
        return .count(known)
    }

    private func writeRejected(of report: PeopleReport) throws {
        guard let rejected else { return }
        guard FileManager.default.createFile(atPath: rejected, contents: Data(RejectedRows(report).csv.utf8)) else {
            throw CommandFailure("\(rejected) cannot be written")
        }
        Terminal.note("\(report.flaws.count) rows that are left out: \(rejected)")
    }

    private func asks(_ count: Int) throws -> Bool {
        guard Terminal.canAsk else {
            throw CommandFailure("there is no terminal to ask at; give --yes to import, or --preview")
        }
        return Terminal.ask("Import \(count.people) to gym \(gym)? [y/N] ")
    }

    /// Returns how many rows the service refused, after saying which and why.
    private func send(_ people: [PeopleReport.Person], to client: AdminClient) async throws -> Int {
        var refused: [(line: Int, reason: String)] = []
        for range in ImportRanges.ranges(of: people.map(\.form.count)) {
            let start = range.lowerBound
            let rows = people[range].map { String(decoding: $0.form, as: UTF8.self) }
            do {
                let answer = try await client.post("/api/gyms/\(gym.inPath)/people", json: ["rows": rows])
                for row in try client.decode(ImportedRows.self, from: answer).refused ?? [] {
                    let index = start + row.row - 1
                    refused.append((people.indices.contains(index) ? people[index].line : 0, row.reason))
                }
            } catch let failure as CommandFailure {
                throw CommandFailure(
                    "\(failure.sentence); \(start) of \(people.count) people are with the service: import the file again, "
                        + "nothing is done twice")
            }
            Terminal.progress("\(Terminal.bar(start + rows.count, of: people.count)) handing over")
        }
        Terminal.note("\((people.count - refused.count).people) with the service, on disk")
        for row in refused.prefix(ImportPreview.mostFlaws) {
            Terminal.complain("line \(row.line) was not taken: \(row.reason.harmless)")
        }
        if refused.count > ImportPreview.mostFlaws {
            Terminal.complain("and \(refused.count - ImportPreview.mostFlaws) more lines were not taken")
        }
        return refused.count
    }

    private func progress(_ client: AdminClient) async throws -> [String: Int] {
        let gyms = try client.decode([GymProgress].self, from: try await client.get("/api/gyms"))
        return gyms.first { $0.id == gym }?.jobs ?? [:]
    }

    /// Until nothing of the gym's waits; its live changes count too. False if something ended as a dead letter meanwhile.
    private func follow(_ count: Int, _ client: AdminClient, deadBefore: Int) async throws -> Bool {
        while true {
            let jobs = try await progress(client)
            let left = jobs.reduce(0) { $0 + ($1.key == "dead" ? 0 : $1.value) }
            if left == 0 {
                let dead = jobs["dead"] ?? 0
                let new = dead - deadBefore
                guard new > 0 else {
                    Terminal.note(
                        "all delivered"
                            + (dead == 0 ? "" : "; \(dead) older dead letters of the gym: lockstep jobs --state dead"))
                    return true
                }
                Terminal.complain(
                    "\(new) of gym \(gym)'s changes could not be delivered since the import began and are dead letters: "
                        + "lockstep jobs --state dead says why; the others are delivered")
                return false
            }
            Terminal.progress("\(Terminal.bar(count - left, of: count)) \(max(0, count - left)) of \(count) delivered")
            try await Task.sleep(for: .seconds(1))
        }
    }
}

private struct ImportedRows: Decodable {
    struct Refused: Decodable {
        var row: Int
        var reason: String
    }

    var refused: [Refused]?
}

private struct KnownPeople: Decodable {
    var known: Int
}

private struct GymProgress: Decodable {
    var id: String
    var jobs: [String: Int]
}

extension Int {
    /// `1 person`, `2 people`.
    var people: String { self == 1 ? "1 person" : "\(self) people" }
}
