import ChartMogul
import WireFormats

extension LaneBooks {
    /// Ends of subscriptions, past and to come.
    func endDifferences(_ index: BooksIndex) -> [BooksDifference] {
        let found = subscriptions.flatMap(index.events).sorted { $0.externalID < $1.externalID }
        let known = Dictionary(found.map { ($0.externalID, $0) }) { first, _ in first }
        let wanted = Dictionary(desired.events.map { ($0.externalID, $0) }) { first, _ in first }
        var differences: [BooksDifference] = []
        for event in desired.events {
            let wasSent = state.events[event.externalID] == event.digest
            if let other = known[event.externalID] {
                guard other.kind != event.kind || !Self.isSameSecond(other.effective, event.effective) else { continue }
                differences.append(
                    BooksDifference(
                        kind: .endDiffers, thing: event.externalID, keap: Self.words(event),
                        chartMogul: Self.words(other),
                        why: wasSent ? "it was changed in ChartMogul after Lockstep wrote it" : Self.unsentWords,
                        mend: "makes it anew", suspect: FeedStep.key(event: event.externalID)))
            } else {
                differences.append(
                    BooksDifference(
                        kind: .endMissing, thing: event.externalID, keap: Self.words(event),
                        chartMogul: "the subscription goes on",
                        why: wasSent ? "Lockstep had told it, so it was deleted in ChartMogul" : Self.unsentWords,
                        mend: "tells ChartMogul of the end", suspect: FeedStep.key(event: event.externalID)))
            }
        }
        for event in found where wanted[event.externalID] == nil { differences.append(surplus(event)) }
        return differences
    }

    private func surplus(_ event: EventBody) -> BooksDifference {
        let isOurs = event.externalID.hasPrefix(event.subscription + "-cancel-")
        return BooksDifference(
            kind: .endTooMany, thing: event.externalID.isEmpty ? event.subscription : event.externalID,
            keap: "the subscription does not end then", chartMogul: Self.words(event),
            why: isOurs
                ? "Keap does not show the end any more, or it was forgiven"
                : "it was not made by Lockstep; delete it in ChartMogul if the subscription goes on",
            mend: isOurs ? "deletes it" : nil, suspect: isOurs ? FeedStep.key(event: event.externalID) : nil)
    }

    private static func isSameSecond(_ a: Int64, _ b: Int64) -> Bool { a / 1_000 == b / 1_000 }

    private static func words(_ event: EventBody) -> String {
        "\(event.kind == .scheduled ? "is to end" : "ended") \(ISO8601.text(event.effective).prefix(16))Z"
    }
}
