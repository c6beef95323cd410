import Connectors
import ContactSync
import ZenPlanner

/// The effect of importing a file, before it is imported.
struct ImportPreview {
    let text: String

    static let mostFlaws = 20

    /// How many of the people the service knows already.
    enum KnownPeople: Equatable {
        case count(Int)
        case noAnswer
    }

    /// - Parameter known: nil: it was not asked.
    init(
        _ report: PeopleReport, file: String, settings: ZenPlannerSettings, sync: SyncSettings = SyncSettings(),
        known: KnownPeople? = nil
    ) {
        var lines = ["\(file): \(report.people.count.people)"]
        lines.append("  read as          \(report.encoding), separated by \(report.separator)")
        lines.append("  columns used     " + report.used.joined(separator: ", "))
        if !report.ignored.isEmpty { lines.append("  columns ignored  " + report.ignored.joined(separator: ", ")) }
        let order = report.dateOrder ?? settings.dateOrder
        lines.append(
            "  dates            \(order.rawValue), "
                + (report.dateOrder == nil ? "as the gym's settings say" : "as the file itself shows"))
        switch known {
        case .count(let count)?:
            lines.append("  known already    \(count) of \(report.people.count); the others are looked for in Keap")
        case .noAnswer?: lines.append("  known already    cannot be told while the service does not answer")
        case nil: break
        }
        let previews = report.people.map { (line: $0.line, sent: SentPreview(of: $0.snapshot, settings: sync)) }
        lines += Self.sample(previews.first)
        lines += Self.damage(previews.flatMap { person in person.sent.notes.map { (person.line, $0) } })
        lines += Self.rows(
            "cells garbled", report.brokenCells.map { ($0.line, "\($0.column) is in no known encoding") })
        lines += Self.skipped(report)
        lines += Self.rows("rows left out", report.flaws.map { ($0.line, $0.sentence) })
        text = lines.joined(separator: "\n")
    }

    private static func sample(_ first: (line: Int, sent: SentPreview)?) -> [String] {
        guard let first else { return [] }
        var fields = first.sent.fields.map { "\($0.name) \"\($0.value)\"" }
        fields += first.sent.tags.map { "tag \"\($0)\"" }
        return ["  line \(first.line) becomes   " + (fields.isEmpty ? "nothing" : fields.joined(separator: ", "))]
    }

    /// How many values of each field are not sent as they came, and the first of them.
    private static func damage(_ found: [(line: Int, note: AttentionNote)]) -> [String] {
        guard !found.isEmpty else { return [] }
        let fields = Dictionary(grouping: found) { $0.note.field ?? "other" }.sorted { $0.key < $1.key }
        return ["  values to see    " + fields.map { "\($0.key) \($0.value.count)" }.joined(separator: ", ")]
            + fields.compactMap { field in field.value.first.map { "    line \($0.line): \($0.note.text)" } }
    }

    private static func skipped(_ report: PeopleReport) -> [String] {
        guard !report.skipped.isEmpty else { return [] }
        let kinds = Dictionary(grouping: report.skipped, by: \.sentence).sorted { $0.key < $1.key }
        return ["  rows skipped     " + kinds.map { "\($0.value.count) (\($0.key))" }.joined(separator: ", ")]
    }

    private static func rows(_ title: String, _ rows: [(line: Int, sentence: String)]) -> [String] {
        guard !rows.isEmpty else { return [] }
        var lines = ["  \(title)    \(rows.count)"]
        lines += rows.prefix(mostFlaws).map { "    line \($0.line): \($0.sentence)" }
        if rows.count > mostFlaws { lines.append("    and \(rows.count - mostFlaws) more") }
        return lines
    }
}

/// The rows that an import leaves out, as a file that can be mended and imported.
struct RejectedRows {
    let csv: String

    init(_ report: PeopleReport) {
        let rows = report.flaws.map { [String($0.line), $0.sentence] + $0.cells }
        let all = [["Line", "Reason"] + report.header] + rows
        csv = all.map { row in row.map(Self.cell).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func cell(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

/// Which rows go to the service together: at most so many, and not more than a request may hold.
enum ImportRanges {
    static let mostRows = 200
    /// Of forms; a request may be 1 MiB, and a form in JSON takes little more than itself.
    static let mostBytes = 512 * 1_024

    static func ranges(of sizes: [Int]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var (start, bytes) = (0, 0)
        for (place, size) in sizes.enumerated() {
            if place > start, place - start >= mostRows || bytes + size > mostBytes {
                ranges.append(start..<place)
                (start, bytes) = (place, 0)
            }
            bytes += size
        }
        if start < sizes.count { ranges.append(start..<sizes.count) }
        return ranges
    }
}
