/// `field==value;field==value`: the search language of v2.
struct Filter: Equatable {
    struct Clause: Equatable {
        var field: String
        var comparison: Comparison
        var value: String

        /// The value without its `*`, if it ends in one.
        var prefix: String? { value.hasSuffix("*") ? String(value.dropLast()) : nil }
    }

    enum Comparison: String, CaseIterable {
        // Longer signs first, so that ">=" is not read as ">".
        case equal = "=="
        case unequal = "!="
        case atLeast = ">="
        case atMost = "<="
        case over = ">"
        case under = "<"

        func holds<Value: Comparable>(_ a: Value, _ b: Value) -> Bool {
            switch self {
            case .equal: a == b
            case .unequal: a != b
            case .atLeast: a >= b
            case .atMost: a <= b
            case .over: a > b
            case .under: a < b
            }
        }
    }

    var clauses: [Clause]

    /// Reads the text of a `filter` parameter; none means no clause.
    ///
    /// - Parameter allowsUnequal: the list knows `!=`, as few do.
    init(_ text: String?, allowsUnequal: Bool = false) throws(Refusal) {
        clauses = []
        for part in (text ?? "").split(separator: ";", omittingEmptySubsequences: true) {
            let clause = try Filter.clause(String(part))
            guard allowsUnequal || clause.comparison != .unequal else {
                throw .bad("Filter is invalid: \(part)", about: "filter")
            }
            clauses.append(clause)
        }
    }

    private static func clause(_ part: String) throws(Refusal) -> Clause {
        let fieldEnd = part.firstIndex { "=<>!".contains($0) } ?? part.endIndex
        let field = String(part[..<fieldEnd])
        let rest = part[fieldEnd...]
        guard !field.isEmpty, let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
            throw .bad("Filter is invalid: \(part)", about: "filter")
        }
        let value = String(rest.dropFirst(comparison.rawValue.count))
        // Conditions joined by a comma are a known mistake, which Keap refuses. What it makes of another operator inside a
        // value, or of a `*` before its end, is not documented.
        guard !["==", "!=", "<", ">"].contains(where: value.contains), !value.dropLast().contains("*") else {
            throw .bad("Filter is invalid: \(part)", about: "filter")
        }
        return Clause(field: field, comparison: comparison, value: value)
    }
}

extension Filter.Clause {
    /// Whether a text meets the clause. Case does not count; a trailing `*` stands for anything, where allowed.
    func holds(for text: String, wildcard: Bool) -> Bool {
        if wildcard, let prefix { return folded(text).hasPrefix(folded(prefix)) }
        return folded(text) == folded(value)
    }

    func onlyEquality() throws(Refusal) {
        guard comparison == .equal else { throw .bad("\(field) takes == only", about: "filter") }
    }

    func instant() throws(Refusal) -> WorldTime {
        try onlyEquality()
        guard let instant = WorldTime(strict: value) else {
            throw .bad("\(field) must be a full ISO 8601 date-time with milliseconds and zone", about: "filter")
        }
        return instant
    }

    func ids() throws(Refusal) -> Set<Int> {
        try onlyEquality()
        return Set(value.split(separator: ",").compactMap { Int($0) })
    }
}
