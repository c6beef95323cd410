/// The sources of one gym, one of each kind at most.
package struct GymSources: Sendable {
    private var configured: [ObjectIdentifier: any Source] = [:]
    /// In the order in which they were added.
    package private(set) var all: [any Source] = []

    package init() {}

    /// Adds a source of a kind that is not there yet.
    package mutating func add(_ source: any Source) {
        configured[ObjectIdentifier(type(of: source))] = source
        all.append(source)
    }

    /// Nil if the gym does not have it.
    package subscript<Kind: Source>(_ kind: Kind.Type) -> Kind? { configured[ObjectIdentifier(kind)] as? Kind }

    /// The gym's own, or one that lets nothing in and reads what is stored.
    package func reading<Kind: Source>(_ kind: Kind.Type) -> Kind { self[kind] ?? kind.init() }
}
