/// The contact properties that can be asked for.
package enum ContactField: String, CaseIterable, Codable, Sendable {
    case id, addresses
    case givenName = "given_name"
    case familyName = "family_name"
    case birthDate = "birth_date"
    case emailAddresses = "email_addresses"
    case phoneNumbers = "phone_numbers"
    case customFields = "custom_fields"
    case tagIDs = "tag_ids"
    case company

    // One text each.
    case middleName = "middle_name"
    case preferredName = "preferred_name"
    case prefix, suffix, website
    case anniversaryDate = "anniversary_date"
    case contactType = "contact_type"
    case jobTitle = "job_title"
    case spouseName = "spouse_name"
    case timeZone = "time_zone"
    case preferredLocale = "preferred_locale"
    case referralCode = "referral_code"
    case assistantName = "assistant_name"
    case assistantPhone = "assistant_phone"
    case billingInformation = "billing_information"
    case leadSource = "leadsource_id"
    case owner = "owner_id"

    /// Properties that are one text and have no member of their own in a contact or body. (`notes` is none of them: it
    /// can be read, but Keap's documents name it in no request.)
    package static let texts: [ContactField] = allCases.filter(\.isText)

    package var isText: Bool {
        switch self {
        case .id, .addresses, .givenName, .familyName, .birthDate, .emailAddresses, .phoneNumbers, .customFields,
            .tagIDs, .company:
            false
        default: true
        }
    }
}
