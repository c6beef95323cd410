/// What is left of a change that comes late.
package enum Remainder<Change: InboundChange>: Sendable {
    /// It is whole, whenever it comes.
    case all
    case part(Change)
    /// Nothing; the change that is given asks for nothing.
    case nothing(Change)
}
