/// What a call is counted and compared under, such as `findContacts`. Metrics show the name.
package struct APIEndpoint: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// Whether its answers are known to take much longer than others'.
    package let isSlow: Bool

    package init(_ name: String, isSlow: Bool = false) {
        self.name = name
        self.isSlow = isSlow
    }

    package var description: String { name }

    package static func == (a: Self, b: Self) -> Bool { a.name == b.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
