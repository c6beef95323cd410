import Connectors
import ContactSync
import Foundation
import History

/// How entries of the history read as a person's changes.
struct TimelineEntries {
    let tags: TagDirectory

    func change(_ job: UInt64, _ entries: [HistoryEntry]) -> PersonTimeline.Change {
        let accepted = entries.first { $0.kind == RecordKind.accepted }
        let body = accepted?[RecordPart.body]
        return PersonTimeline.Change(
            job: "\(job)", source: accepted?[RecordPart.source]?.text,
            subject: accepted?[RecordPart.subject]?.text ?? accepted?[RecordPart.problem]?.text,
            acceptedAt: accepted.map { JobAnswer.time($0.at) }, state: nil, reason: nil, finishedAt: nil,
            values: body.map { MessageValues.read($0.bytes) } ?? [], message: body.map(Self.body),
            events: entries.compactMap(event), leftOut: nil)
    }

    private static func body(_ part: HistoryEntry.Part) -> PersonTimeline.Body {
        .init(text: part.text, bytes: part.total, isCut: part.isCut)
    }

    private func event(_ entry: HistoryEntry) -> PersonTimeline.Event? {
        let at = JobAnswer.time(entry.at)
        switch entry.kind {
        case RecordKind.call: return .init(at: at, call: call(entry))
        case RecordKind.ended:
            return .init(
                at: at, outcome: entry[RecordPart.outcome]?.text, reason: entry[RecordPart.reason]?.text,
                attempt: entry[RecordPart.attempt].flatMap { Int($0.text) }, differences: differences(entry))
        default: return nil
        }
    }

    private func call(_ entry: HistoryEntry) -> PersonTimeline.Call {
        let status = entry[RecordPart.status].flatMap { Int($0.text) }
        let answer = entry[RecordPart.answer]
        var reason = entry[RecordPart.failure]?.text
        if let status, !(200..<300).contains(status) { reason = answer.flatMap { AnswerWords.read($0.bytes) } }
        return PersonTimeline.Call(
            api: entry[RecordPart.api]?.text ?? "", purpose: Self.words(entry[RecordPart.endpoint]?.text ?? ""),
            method: entry[RecordPart.method]?.text ?? "", path: entry[RecordPart.target]?.text ?? "", status: status,
            milliseconds: entry[RecordPart.milliseconds].flatMap { Int($0.text) } ?? 0,
            request: entry[RecordPart.request].map(Self.body), answer: answer.map(Self.body), reason: reason,
            sharedBy: entry[RecordPart.sharers].flatMap { Int($0.text) })
    }

    /// `findContacts` as `find contacts`.
    private static func words(_ name: String) -> String {
        String(name.flatMap { $0.isUppercase ? [" "] + Array($0.lowercased()) : [$0] })
    }

    /// Nil where nothing changed, or where what did is not one of Keap's contacts.
    private func differences(_ entry: HistoryEntry) -> [PersonTimeline.Difference]? {
        guard let before = entry[RecordPart.before], let after = entry[RecordPart.after], !before.isCut, !after.isCut,
            let old = try? Mirror(bytes: before.bytes), let new = try? Mirror(bytes: after.bytes)
        else { return nil }
        let found = old.differences(to: new, tags)
        return found.isEmpty ? nil : found.map { .init(what: $0.what, before: $0.before, after: $0.after) }
    }
}
