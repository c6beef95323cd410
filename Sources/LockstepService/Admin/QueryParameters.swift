/// The parameters of a request's address. Unknown ones are refused, so that a misspelt one is not taken for none.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// - Parameter known: names, or `name=value` where a parameter takes one value only. Of two of one name the last counts.
    init(_ query: [(name: String, value: String)], known: [String]) throws(AdminRoutes.Refusal) {
        for (name, value) in query {
            guard known.contains(name) || known.contains("\(name)=\(value)") else {
                throw .init(400, "there is no parameter “\(name)”; known \(Self.listed(known))")
            }
            values[name] = value
        }
    }

    private static func listed(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return "is " + names.joined() }
        return "are " + names.dropLast().joined(separator: ", ") + " and " + last
    }

    subscript(name: String) -> String? { values[name] }

    /// - Parameter rule: what the parameter takes, to stand between its name and the value that was given.
    func read<Value>(
        _ name: String, _ rule: String, _ parse: (String) -> Value?
    ) throws(AdminRoutes.Refusal) -> Value? {
        guard let text = values[name] else { return nil }
        guard let value = parse(text) else { throw .init(400, "\(name) takes \(rule), not “\(text)”") }
        return value
    }

    /// How many entries a page has at most.
    func limit() throws(AdminRoutes.Refusal) -> Int? {
        try read("limit", "a whole number from 1 to 10000") { text in
            Int(text).flatMap { (1...10_000).contains($0) ? $0 : nil }
        }
    }
}
