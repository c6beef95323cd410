import ChartMogul
import Keap

/// What ChartMogul refused for good, as it was to be.
struct RefusedThing: Codable, Hashable, Sendable {
    var digest: Int64
    /// The job that met the refusal. It runs again only if a person wants it tried again.
    var job: UInt64

    private enum CodingKeys: String, CodingKey {
        case digest = "d"
        case job = "j"
    }
}

extension FeedState {
    /// Subscriptions of which ChartMogul has invoices whose orders are not among the facts any more.
    package var foldedSubscriptions: Set<String> { folded.isEmpty ? [] : subscriptions }

    package var refusedCount: Int { refused?.count ?? 0 }

    /// Relies on nothing that was sent: all of it is looked at in ChartMogul again, unless that was done since.
    ///
    /// - Parameter count: how often everything was doubted.
    package mutating func doubt(count: Int) {
        guard count > doubts ?? 0 else { return }
        doubts = count
        for id in customers.keys { customers[id]?.digest = 0 }
        for id in invoices.keys { invoices[id]?.digest = 0 }
        intents.formUnion(events.keys.map { FeedStep.key(event: $0) })
        (events, refused) = ([:], nil)
    }
}
