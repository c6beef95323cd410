/// A value of the configuration file, and where it stands in it.
package struct ConfigurationNode: Equatable, Sendable {
    package indirect enum Content: Equatable, Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case text(String)
        case list([ConfigurationNode])
        case object([Member])
    }

    package struct Member: Equatable, Sendable {
        package var key: String
        /// Of the key, in bytes from the file's start.
        package var offset: Int
        package var value: ConfigurationNode
    }

    package var content: Content
    package var offset: Int
}

extension ConfigurationNode {
    /// The same text for the same values, wherever they stand and however they are spaced.
    package var canonical: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): String(reflecting: value)
        case .list(let items): "[" + items.map(\.canonical).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { String(reflecting: $0.key) + ":" + $0.value.canonical }.sorted().joined(separator: ",")
                + "}"
        }
    }
}
