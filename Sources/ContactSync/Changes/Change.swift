package import Connectors
package import DurableQueue

/// One inbound fact about a gym's people, normalised, whichever source said it.
package enum Change: Equatable, Sendable {
    case person(PersonSnapshot)
    case program(ProgramChange)
    /// Any other source's, about one contact.
    case contact(any ContactChange)

    package static func == (a: Change, b: Change) -> Bool {
        switch (a, b) {
        case (.person(let a), .person(let b)): a == b
        case (.program(let a), .program(let b)): a == b
        case (.contact(let a), .contact(let b)): a.isEqual(to: b)
        default: false
        }
    }
}

extension Change: InboundChange {
    package var subject: String {
        switch self {
        case .person(let person): person.subject
        case .contact(let change): change.subject
        case .program(.renamed(let id, let old, let new)): "program \(old ?? id ?? "") → \(new)"
        case .program(.deleted(let id, let name)): "program \(name ?? id ?? "")"
        }
    }

    package var laneKeys: [LaneKey] { LaneKeys.keys(of: self) }

    package var isGymWide: Bool { if case .program = self { true } else { false } }
}
