import Foundation
import FileJournal

struct JournalVerifyCommand: Command {
    static let words = ["journal", "verify"]
    static let summary = "reads a whole journal and reports what is not as it was written"
    static let help = """
        Usage: lockstep journal verify DIR [--json]

        DIR is the configuration's “data” directory. Changes nothing, and may run beside the service (what that is just
        writing then shows as a torn tail). Exit code 0 if the journal would open, 1 if it is damaged.

          --json           one JSON object instead of lines
        """

    private let directory: String
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        json = arguments.flag("--json")
        directory = try arguments.positional("the journal's directory")
    }

    func run() async throws -> ExitCode {
        let report = try verified(directory)
        Terminal.print(json ? try JournalJSON.text(report) : Self.lines(report, directory))
        return report.isSound ? .done : .failed
    }

    private static func lines(_ report: VerifyReport, _ directory: String) -> String {
        var lines = report.segments.map { segment in
            let numbers = segment.firstSequence.flatMap { first in segment.lastSequence.map { " (\(first) to \($0))" } }
            return "\(segment.file): \(segment.records) records\(numbers ?? ""), "
                + "\(segment.usedBytes) of \(segment.size) bytes used"
        }
        if let checkpoint = report.checkpoint {
            let upTo = checkpoint.upTo.map { "stands for everything up to record \($0)" } ?? "its head cannot be read"
            lines.append("\(checkpoint.file): \(checkpoint.records) records, \(upTo)")
        }
        if let torn = report.torn {
            lines.append(
                "torn tail, never acknowledged (will be cut at the next start, with a copy kept): "
                    + "\(torn.file), offset \(torn.offset): \(torn.reason)")
        }
        lines += report.tornCopies.map { "kept from an earlier torn tail: \($0)" }
        if report.skippedSequences > 0 {
            lines.append("\(report.skippedSequences) records were left out by an earlier salvage")
        }
        lines += report.damage.map { "DAMAGED: \($0)" }
        lines.append(
            report.isSound
                ? "sound: \(report.records) records in \(report.segments.count) segments"
                : "damaged in \(report.damage.count) places, so the service does not start with it; "
                    + "`lockstep journal salvage \(directory) NEW-DIR` copies what is good")
        return lines.joined(separator: "\n")
    }
}

struct JournalStatsCommand: Command {
    static let words = ["journal", "stats"]
    static let summary = "counts what is in a journal"
    static let help = """
        Usage: lockstep journal stats DIR

        Records and bytes by kind, over all segments. May run beside the service.
        """

    private let directory: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        directory = try arguments.positional("the journal's directory")
    }

    private static let names: [UInt8: String] = [
        1: "jobs accepted", 2: "outcomes", 3: "lane states", 4: "lanes joined", 5: "notes", 6: "dead letters retried",
        7: "pauses", 8: "jobs copied forward", 9: "outcomes of several jobs", 10: "keys found out later",
    ]

    func run() async throws -> ExitCode {
        let report = try verified(directory)
        var kinds: [UInt8: (records: Int, bytes: Int)] = [:]
        for (kind, count) in report.segments.flatMap(\.kinds) {
            let sum = kinds[kind] ?? (0, 0)
            kinds[kind] = (sum.records + count.records, sum.bytes + count.payloadBytes)
        }
        for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) {
            let name = Self.names[kind] ?? "records of kind \(kind)"
            Terminal.print("\(name): \(count.records), \(count.bytes) bytes")
        }
        let size = report.segments.reduce(0) { $0 + $1.size }
        Terminal.print("\(report.segments.count) segments, \(size) bytes on disk")
        return .done
    }
}

private func verified(_ directory: String) throws -> VerifyReport {
    try requireDirectory(directory)
    let report = try JournalInspection.verify(directory)
    // An empty list would say that all is well in any directory that was named by mistake.
    guard !report.segments.isEmpty || report.checkpoint != nil || !report.damage.isEmpty else {
        throw CommandFailure("there is no journal in \(directory)")
    }
    return report
}

func requireDirectory(_ path: String) throws(CommandFailure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
        throw CommandFailure("there is no directory \(path)")
    }
}
