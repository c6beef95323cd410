import Connectors
package import DurableQueue

/// What is to be read of Keap's bills: what changed, or a page of the past.
package enum ReadingRequest: InboundChange, Equatable {
    /// Things that hints name, and with a poll everything that changed since the last.
    case changes([KeapThing], isPoll: Bool)
    case history(HistoryPage)

    package static func hint(_ things: [KeapThing]) -> ReadingRequest { .changes(things, isPoll: false) }
    package static var poll: ReadingRequest { .changes([], isPoll: true) }

    package var subject: String {
        switch self {
        case .changes(let things, _):
            guard let first = things.first else { return "changes of Keap's bills" }
            let others = things.count - 1
            return "Keap \(first.kind.rawValue) \(first.id)" + (others > 0 ? " and \(others) more" : "")
        case .history(let page): return page.subject
        }
    }

    /// One lane for a gym's hints and polls, so that what is read later is newer; another for the past.
    package var laneKeys: [LaneKey] {
        if case .history = self { [Self.historyLane] } else { [Self.lane] }
    }

    package var isGymWide: Bool { false }

    package static let lane = LaneKey(kind: 23, value: "bills", isExclusive: false)
    package static let historyLane = LaneKey(kind: 24, value: "bills", isExclusive: false)
}
