import FileJournal
import DurableQueue

struct JournalSalvageCommand: Command {
    static let words = ["journal", "salvage"]
    static let summary = "copies what is good of a damaged journal into a new directory"
    static let help = """
        Usage: lockstep journal salvage DIR NEW-DIR [--json]

        DIR is left as it is: keep it. What could not be copied is listed, with the numbers of the records and the ids of
        the jobs that were accepted and are gone, as far as they can be known. Then set “data” to NEW-DIR and start the
        service: jobs whose completion was lost run again, which Keap's tags and fields bear. Exit code 0 if NEW-DIR
        opens as a journal.

          --json           one JSON object instead of lines
        """

    private let directory: String
    private let target: String
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        json = arguments.flag("--json")
        directory = try arguments.positional("the damaged journal's directory")
        target = try arguments.positional("the new directory")
    }

    func run() async throws -> ExitCode {
        try requireDirectory(directory)
        let report = try JournalInspection.salvage(directory, into: target)
        let missing = try await missingJobs().map(\.description)
        Terminal.print(json ? try JournalJSON.text(report, missing: missing) : lines(report, missing))
        return .done
    }

    /// Opens the copy, which proves that it opens.
    private func missingJobs() async throws -> [JobID] {
        var lost = LostJobs()
        let journal = try Journal.open(target) { record in
            switch record {
            case .checkpoint(let kind, let payload): lost.note(kind: kind, payload: payload)
            case .tail(let record): lost.note(kind: record.kind, payload: record.payload)
            }
        }
        let isFromTheStart = journal.segments.first?.firstSequence == 1
        await journal.close()
        return lost.ids(isFromTheStart: isFromTheStart)
    }

    private func lines(_ report: SalvageReport, _ missing: [String]) -> String {
        var lines = report.skipped.map { skipped in
            let numbers = skipped.sequences.map { ", records \($0.lowerBound) to \($0.upperBound)" } ?? ""
            return "left out: \(skipped.damage) (\(skipped.bytes) bytes\(numbers))"
        }
        if !missing.isEmpty { lines.append("jobs that were accepted and are gone: \(missing.joined(separator: ", "))") }
        lines.append(
            "copied \(report.records) records in \(report.segments) segments to \(target), which opens; "
                + "\(directory) is as it was")
        return lines.joined(separator: "\n")
    }
}
