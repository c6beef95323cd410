import Connectors

/// What is left of a change that comes late.
enum Remainder<Change: InboundChange> {
    /// It is whole, whenever it comes.
    case all
    case part(Change)
    /// Nothing; the change that is given asks for nothing.
    case nothing(Change)
}
