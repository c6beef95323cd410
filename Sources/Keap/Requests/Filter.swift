import OutboundAPI

/// A `filter` for Keap: `field==value` joined by `;`.
///
/// Keap splits the decoded text at every `;`, takes a `*` at a value's end for a wildcard and knows the operators `==`,
/// `<=`, `<`, `>=`, `>` and `!=`; no escape for any of them is documented. A value that holds one is therefore asked for
/// by the part before it, with the wildcard that Keap has, and a blank value is not asked for at all; what comes back is
/// then compared here.
struct Filter: Equatable {
    /// Not yet percent-encoded; nil if nothing is left to ask for.
    private(set) var text: String?
    /// The clauses that Keap could not be asked for exactly.
    private(set) var toCompare: [ContactClause] = []

    init(_ clauses: [ContactClause]) throws(KeapFailure) {
        var parts: [String] = []
        for clause in clauses {
            let value = FilterValue(clause.value)
            if value.isExact {
                parts.append("\(clause.name)==\(value.text)")
                continue
            }
            // The contact model's field names are not part of an answer, so a custom field cannot be compared here.
            if case .custom = clause {
                throw .refused(status: 0, message: "Keap cannot search a custom field for “\(value.text)”.")
            }
            toCompare.append(clause)
            if let start = value.start { parts.append("\(clause.name)==\(start)*") }
        }
        guard !parts.isEmpty else { throw .refused(status: 0, message: "A search for contacts needs a value.") }
        text = parts.joined(separator: ";")
    }

    /// The properties that `matches` looks at.
    var fieldsToCompare: [ContactField] { toCompare.compactMap(\.field) }

    func matches(_ contact: KeapContact) -> Bool {
        toCompare.allSatisfy { $0.matches(contact) }
    }
}

extension ContactClause {
    fileprivate var name: String {
        switch self {
        case .email: "email"
        case .givenName: "given_name"
        case .familyName: "family_name"
        case .custom(let fieldName, _): fieldName
        }
    }

    fileprivate var value: String {
        switch self {
        case .email(let value), .givenName(let value), .familyName(let value), .custom(_, let value): value
        }
    }

    fileprivate var field: ContactField? {
        switch self {
        case .email: .emailAddresses
        case .givenName: .givenName
        case .familyName: .familyName
        case .custom: nil
        }
    }

    /// As Keap compares: without regard to case, an e-mail in any of its slots.
    fileprivate func matches(_ contact: KeapContact) -> Bool {
        let wanted = value.lowercased()
        return switch self {
        case .email:
            wanted.isEmpty
                ? (contact.emails ?? []).isEmpty : (contact.emails ?? []).contains { $0.email.lowercased() == wanted }
        case .givenName: (contact.givenName ?? "").lowercased() == wanted
        case .familyName: (contact.familyName ?? "").lowercased() == wanted
        case .custom: true
        }
    }
}

/// A value as Keap's filter can be asked for it.
private struct FilterValue {
    var text: String

    init(_ text: String) { self.text = text }

    var isExact: Bool { !text.isEmpty && !text.contains(where: Self.isMark) }

    /// What it begins with, up to the first character that means something to the filter; nil if nothing is left.
    var start: Substring? {
        var start = text.prefix { !Self.isMark($0) }
        while start.last?.isWhitespace == true { start.removeLast() }
        return start.isEmpty ? nil : start
    }

    private static func isMark(_ character: Character) -> Bool { ";*<>=".contains(character) }
}

/// A filter with one clause, for a list that has a name; what comes back must be compared. Nil: list all.
///
/// - Parameter wildcard: the field in which the list's documents allow a wildcard, if there is one.
func nameFilter(_ field: String, _ name: String, wildcard: String? = nil) -> [QueryItem]? {
    let value = FilterValue(name)
    if value.isExact { return [QueryItem("filter", "\(field)==\(name)")] }
    guard let wildcard, let start = value.start else { return nil }
    return [QueryItem("filter", "\(wildcard)==\(start)*")]
}
