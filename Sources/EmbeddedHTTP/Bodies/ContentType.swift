/// A media type with its parameters, as in `text/html; charset=utf-8`.
public struct ContentType: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        /// In lower case.
        public let name: String
        /// As sent, without quotes.
        public let value: String
    }

    /// `type/subtype`, in lower case.
    public let mediaType: String
    /// In the order given; a name appears once.
    public let parameters: [Parameter]

    /// Nil if the text does not follow the grammar of RFC 9110, 8.3.1, or names a parameter twice.
    public init?(_ text: String) {
        guard let value = ParameterizedValue(text) else { return nil }
        let halves = value.value.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ ASCII.isToken($0.utf8) }) else { return nil }
        mediaType = value.value.lowercased()
        parameters = value.parameters.map { Parameter(name: $0.name, value: $0.value) }
    }

    /// The value of a parameter, whose name is given in lower case.
    public subscript(parameter name: String) -> String? { parameters.first { $0.name == name }?.value }
}
