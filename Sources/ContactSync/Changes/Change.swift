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
