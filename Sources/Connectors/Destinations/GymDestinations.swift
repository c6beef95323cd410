/// What one gym's configuration says of destinations, by their kinds.
package struct GymDestinations: Sendable {
    private var configured: [ObjectIdentifier: any DestinationSettings] = [:]

    package init() {}

    /// In place of earlier ones of its kind.
    package mutating func add(_ settings: any DestinationSettings) {
        configured[ObjectIdentifier(type(of: settings))] = settings
    }

    /// Nil if the gym's configuration does not name the destination.
    package subscript<Kind: DestinationSettings>(_ kind: Kind.Type) -> Kind? {
        configured[ObjectIdentifier(kind)] as? Kind
    }
}
