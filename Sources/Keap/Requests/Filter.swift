/// A `filter` for Keap: `field==value` joined by `;`.
///
/// Keap splits the decoded text at every `;` and takes a `*` at a value's end for a wildcard, and no escape for either is
/// documented. A value that holds one is therefore asked for by the part before it, with the wildcard that Keap has,
/// and a blank value is not asked for at all; what comes back is then compared here.
struct Filter: Equatable {
    /// Not yet percent-encoded; nil if nothing is left to ask for.
    private(set) var text: String?
    /// The clauses that Keap could not be asked for exactly.
    private(set) var toCompare: [ContactClause] = []

    init(_ clauses: [ContactClause]) throws(KeapFailure) {
        var parts: [String] = []
        for clause in clauses {
            let value = clause.value
            if !value.isEmpty, !value.contains(where: { $0 == ";" || $0 == "*" }) {
                parts.append("\(clause.name)==\(value)")
                continue
            }
            // The contact model's field names are not part of an answer, so a custom field cannot be compared here.
            if case .custom = clause {
                throw .refused(status: 0, message: "Keap cannot search a custom field for “\(value)”.")
            }
            toCompare.append(clause)
            let start = value.prefix { $0 != ";" && $0 != "*" }
            if !start.isEmpty { parts.append("\(clause.name)==\(start)*") }
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

/// A filter with one clause, or nil if Keap could not be asked exactly (see `Filter`): list all, compare here.
func exactFilter(_ name: String, _ value: String) -> [QueryItem]? {
    guard !value.isEmpty, !value.contains(where: { $0 == ";" || $0 == "*" }) else { return nil }
    return [QueryItem("filter", "\(name)==\(value)")]
}
