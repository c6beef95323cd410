import Foundation
import LockstepJournal

struct JournalVerifyCommand: Command {
    static let words = ["journal", "verify"]
    static let summary = "reads a whole journal and reports what is not as it was written"
    static let help = """
        Usage: lockstep journal verify DIR

        DIR is the configuration's “data” directory. Changes nothing, and may run beside the service (what that is just
        writing then shows as a torn tail). Exit code 0 if the journal would open, 1 if it is damaged.
        """

    private let directory: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        directory = try arguments.positional("the journal's directory")
    }

    func run() async throws -> ExitCode {
        try requireDirectory(directory)
        let report = try JournalInspection.verify(directory)
        for segment in report.segments {
            Terminal.print(
                "\(segment.file): \(segment.records) records, \(segment.usedBytes) of \(segment.size) bytes used")
        }
        if let checkpoint = report.checkpoint {
            let upTo = checkpoint.upTo.map { "stands for everything up to record \($0)" } ?? "its head cannot be read"
            Terminal.print("\(checkpoint.file): \(checkpoint.records) records, \(upTo)")
        }
        if let torn = report.torn {
            Terminal.print("torn tail (will be cut at the next start, with a copy kept): \(torn)")
        }
        for copy in report.tornCopies { Terminal.print("kept from an earlier torn tail: \(copy)") }
        if report.skippedSequences > 0 {
            Terminal.print("\(report.skippedSequences) records were left out by an earlier salvage")
        }
        for damage in report.damage { Terminal.print("DAMAGED: \(damage)") }
        let verdict =
            report.isSound
            ? "sound: \(report.records) records in \(report.segments.count) segments"
            : "damaged in \(report.damage.count) places; `lockstep journal salvage \(directory) NEW-DIR` copies what is good"
        Terminal.print(verdict)
        return report.isSound ? .done : .failed
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
        7: "pauses", 8: "jobs copied forward",
    ]

    func run() async throws -> ExitCode {
        try requireDirectory(directory)
        let report = try JournalInspection.verify(directory)
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

struct JournalSalvageCommand: Command {
    static let words = ["journal", "salvage"]
    static let summary = "copies what is good of a damaged journal into a new directory"
    static let help = """
        Usage: lockstep journal salvage DIR NEW-DIR

        DIR is left as it is. What could not be copied is listed. Then set “data” to NEW-DIR and start the service: jobs
        whose completion was lost run again, which Keap's tags and fields bear.
        """

    private let directory: String
    private let target: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        directory = try arguments.positional("the damaged journal's directory")
        target = try arguments.positional("the new directory")
    }

    func run() async throws -> ExitCode {
        try requireDirectory(directory)
        let report = try JournalInspection.salvage(directory, into: target)
        for skipped in report.skipped {
            let numbers = skipped.sequences.map { ", records \($0.lowerBound) to \($0.upperBound)" } ?? ""
            Terminal.print("left out: \(skipped.damage) (\(skipped.bytes) bytes\(numbers))")
        }
        Terminal.print("copied \(report.records) records in \(report.segments) segments to \(target)")
        return .done
    }
}

private func requireDirectory(_ path: String) throws(CommandFailure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
        throw CommandFailure("there is no directory \(path)")
    }
}
