import Foundation
import FileJournal

/// The journal's reports for programs.
enum JournalJSON {
    static func text(_ report: VerifyReport) throws -> String {
        try text([
            "sound": report.isSound, "records": report.records,
            "segments": report.segments.map { segment in
                [
                    "file": segment.file, "records": segment.records, "usedBytes": segment.usedBytes,
                    "size": segment.size, "firstSequence": optional(segment.firstSequence),
                    "lastSequence": optional(segment.lastSequence),
                ] as [String: Any]
            },
            "checkpoint": optional(
                report.checkpoint.map { checkpoint in
                    ["file": checkpoint.file, "records": checkpoint.records, "upTo": optional(checkpoint.upTo)]
                        as [String: Any]
                }),
            "tornTail": optional(report.torn.map(object)), "tornCopies": report.tornCopies,
            "skippedSequences": report.skippedSequences, "damage": report.damage.map(object),
        ])
    }

    static func text(_ report: SalvageReport, missing: [String]) throws -> String {
        try text([
            "segments": report.segments, "records": report.records, "checkpointRecords": report.checkpointRecords,
            "missingJobs": missing,
            "skipped": report.skipped.map { skipped in
                var entry = object(skipped.damage)
                entry["bytes"] = skipped.bytes
                entry["firstSequence"] = optional(skipped.sequences?.lowerBound)
                entry["lastSequence"] = optional(skipped.sequences?.upperBound)
                return entry
            },
        ])
    }

    private static func object(_ damage: Damage) -> [String: Any] {
        ["file": damage.file, "offset": damage.offset, "reason": damage.reason]
    }

    private static func optional(_ value: Any?) -> Any { value ?? NSNull() }

    private static func text(_ object: [String: Any]) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}
