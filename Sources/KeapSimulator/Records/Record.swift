/// Something that is little more than a name: a lead source, its category, a company.
package struct Record: Hashable, Sendable {
    package let id: Int
    package let name: String
    /// Of a lead source.
    package let category: Int?
    let created: WorldTime

    /// The kinds, as v2's paths name them.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case leadSource = "leadSources"
        case leadSourceCategory = "leadSourceCategories"
        case company = "companies"

        /// The list in an answer.
        var list: String {
            switch self {
            case .leadSource: "lead_sources"
            case .leadSourceCategory: "lead_source_categories"
            case .company: "companies"
            }
        }

        var nameProperty: String { self == .company ? "company_name" : "name" }

        /// The members that a body may carry.
        var properties: [String] {
            switch self {
            case .leadSource:
                [
                    "name", "description", "vendor", "medium", "message", "status", "lead_source_category_id",
                    "start_time", "end_time",
                ]
            case .leadSourceCategory: ["name", "description"]
            case .company:
                [
                    "address", "notes", "website", "suffix", "title", "company_name", "custom_fields",
                    "email_address", "fax_number", "phone_number", "anniversary_date", "assistant_name",
                    "assistant_phone", "billing_information", "birth_date", "contact_type", "first_name",
                    "job_title", "last_name", "middle_name", "preferred_name", "owner_id", "referral_code",
                    "spouse_name",
                ]
            }
        }
    }

    func json(_ kind: Kind) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "id", value: .string(String(id))), .init(name: kind.nameProperty, value: .string(name)),
        ]
        if kind == .leadSource {
            members.append(.init(name: "status", value: "ACTIVE"))
            members.append(.init(name: "lead_source_category_id", value: .optional(category.map(String.init))))
        }
        if kind != .company { members.append(.init(name: "create_time", value: .string(created.iso8601))) }
        return .object(members)
    }
}
