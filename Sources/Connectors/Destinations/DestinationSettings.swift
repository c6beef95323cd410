package import ConfigurationReading

/// What a gym's configuration says of one destination.
package protocol DestinationSettings: Sendable {
    /// The key of its section in a gym's configuration.
    static var section: String { get }

    /// Reads its section of a gym. Nil, with notes, if that cannot be used.
    init?(_ section: ConfigurationValue, secrets: SecretSource)
}
