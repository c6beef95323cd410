import Connectors
package import DurableQueue

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
