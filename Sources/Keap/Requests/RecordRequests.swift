import OutboundAPI

extension APIRequest {
    static func listRecords(_ kind: RecordKind, _ filter: [QueryItem]?, page: String?) -> APIRequest {
        APIRequest(
            kind.listing, .get, ["v2", kind.path],
            pageQuery(token: page) + (isAddress(page) ? [] : filter ?? []))
    }

    static func createRecord(
        _ kind: RecordKind, named name: String, in category: RecordID?
    ) throws(KeapFailure) -> APIRequest {
        guard !name.isEmpty else { throw .refused(status: 0, message: "Not sent: a name cannot be empty.") }
        guard KeapLengths.fits(name, KeapLengths.recordName) else {
            throw .refused(
                status: 0,
                message: "Not sent: the name “\(name)” is longer than \(KeapLengths.recordName) characters.")
        }
        var members: [String: JSONValue] = [kind.nameProperty: .string(name)]
        if kind == .leadSource {
            members["status"] = .string("ACTIVE")
            members["lead_source_category_id"] = category.map { .string($0.text) }
        }
        return APIRequest(kind.creation, .post, ["v2", kind.path], body: .object(members))
    }
}

extension RecordKind {
    fileprivate var path: String {
        switch self {
        case .leadSourceCategory: "leadSourceCategories"
        case .leadSource: "leadSources"
        case .company: "companies"
        }
    }

    /// The list in an answer.
    var list: String {
        switch self {
        case .leadSourceCategory: "lead_source_categories"
        case .leadSource: "lead_sources"
        case .company: "companies"
        }
    }

    var nameProperty: String { self == .company ? "company_name" : "name" }

    fileprivate var listing: APIEndpoint {
        switch self {
        case .leadSourceCategory: .listLeadSourceCategories
        case .leadSource: .listLeadSources
        case .company: .listCompanies
        }
    }

    fileprivate var creation: APIEndpoint {
        switch self {
        case .leadSourceCategory: .createLeadSourceCategory
        case .leadSource: .createLeadSource
        case .company: .createCompany
        }
    }
}
