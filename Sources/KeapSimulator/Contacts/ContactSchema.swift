/// The properties of a contact, with their names in each version of the API.
///
/// Contacts are read and written by this table, so that a rule is found in one place.
enum ContactSchema {
    /// A property that is one text.
    struct Scalar: Sendable {
        let name: String
        let nameInV1: String?
        var most: Int?
        var form = Form.text
        /// Whether answers leave it out unless it is asked for by name.
        var isOptional = false

        enum Form: Sendable { case text, date, locale, leadSource, owner, source }

        func name(in version: APIVersion) -> String? { version == .v1 ? nameInV1 : name }
    }

    static let scalars: [Scalar] = [
        Scalar(name: "given_name", nameInV1: "given_name", most: 40),
        Scalar(name: "family_name", nameInV1: "family_name", most: 40),
        Scalar(name: "middle_name", nameInV1: "middle_name", most: 100),
        Scalar(name: "preferred_name", nameInV1: "preferred_name", most: 100),
        Scalar(name: "prefix", nameInV1: "prefix"),
        Scalar(name: "suffix", nameInV1: "suffix"),
        Scalar(name: "birth_date", nameInV1: "birthday", form: .date),
        Scalar(name: "anniversary_date", nameInV1: "anniversary", form: .date),
        Scalar(name: "contact_type", nameInV1: "contact_type"),
        Scalar(name: "job_title", nameInV1: "job_title", most: 255, isOptional: true),
        Scalar(name: "leadsource_id", nameInV1: "lead_source_id", form: .leadSource, isOptional: true),
        Scalar(name: "owner_id", nameInV1: "owner_id", form: .owner),
        Scalar(name: "preferred_locale", nameInV1: "preferred_locale", form: .locale),
        Scalar(name: "referral_code", nameInV1: nil, isOptional: true),
        Scalar(name: "source_type", nameInV1: "source_type", form: .source),
        Scalar(name: "spouse_name", nameInV1: "spouse_name", most: 100),
        Scalar(name: "time_zone", nameInV1: "time_zone"),
        Scalar(name: "website", nameInV1: "website", most: 100),
        Scalar(name: "assistant_name", nameInV1: nil, most: 20, isOptional: true),
        Scalar(name: "assistant_phone", nameInV1: nil, most: 15, isOptional: true),
        Scalar(name: "billing_information", nameInV1: nil, most: 100, isOptional: true),
    ]

    /// A property that is a list with one entry per slot. In v2, a list that is sent replaces the one that is there.
    struct SlotList: Sendable {
        let name: String
        /// The attribute that names the slot.
        let slotName: String
        let slots: [String]
        /// The attribute without which an entry says nothing; nil if any will do.
        let essential: String?
        let attributes: [Attribute]

        struct Attribute: Sendable {
            let name: String
            var versions: Set<APIVersion> = [.v1, .v2]
            /// The longest text, by slot.
            var most: @Sendable (_ slot: String) -> Int? = { _ in nil }
        }
    }

    static let lists: [SlotList] = [emails, phones, faxes, addresses, socials]

    static let emails = SlotList(
        name: "email_addresses", slotName: "field", slots: ["EMAIL1", "EMAIL2", "EMAIL3"], essential: "email",
        attributes: [
            .init(name: "email") { $0 == "EMAIL1" ? 75 : 100 },
            .init(name: "opt_in_reason", versions: [.v2]),
        ])

    static let phones = SlotList(
        name: "phone_numbers", slotName: "field", slots: ["PHONE1", "PHONE2", "PHONE3", "PHONE4", "PHONE5"],
        essential: "number",
        attributes: [
            .init(name: "number") { $0 == "PHONE4" || $0 == "PHONE5" ? 20 : 40 },
            .init(name: "extension"), .init(name: "type"), .init(name: "number_e164"),
        ])

    static let faxes = SlotList(
        name: "fax_numbers", slotName: "field", slots: ["FAX1", "FAX2"], essential: "number",
        attributes: [.init(name: "number"), .init(name: "type")])

    static let addresses = SlotList(
        name: "addresses", slotName: "field", slots: ["BILLING", "SHIPPING", "OTHER"], essential: nil,
        attributes: [
            .init(name: "line1") { $0 == "BILLING" ? 75 : 100 },
            .init(name: "line2") { $0 == "BILLING" ? 75 : 100 },
            .init(name: "locality") { $0 == "BILLING" ? 50 : 100 },
            .init(name: "region") { _ in 50 },
            .init(name: "region_code", versions: [.v2]),
            .init(name: "country", versions: [.v2]) { _ in 100 },
            .init(name: "country_code"),
            .init(name: "postal_code") { $0 == "SHIPPING" ? 20 : 15 },
            .init(name: "zip_code") { $0 == "SHIPPING" ? 20 : 15 },
            .init(name: "zip_four") { _ in 10 },
        ])

    static let socials = SlotList(
        name: "social_accounts", slotName: "type",
        slots: ["FACEBOOK", "LINKED_IN", "TWITTER", "INSTAGRAM", "SNAPCHAT", "YOUTUBE", "PINTEREST"], essential: "name",
        attributes: [.init(name: "name") { _ in 255 }])

    static let longestCustomText = 65_535

    static let sourceTypes = [
        "SOURCE_TYPE_UNSPECIFIED", "API", "APPOINTMENT", "FORM_API_HOSTED", "FORM_API_INTERNAL", "IMPORT",
        "INTERNAL_FORM", "LANDING_PAGE", "MANUAL", "OTHER", "UNKNOWN", "WEBFORM",
    ]

    /// The names that `fields` may ask for.
    static let readable: Set<String> = Set(scalars.map(\.name)).union(lists.map(\.name)).union([
        "id", "company", "create_time", "update_time", "custom_fields", "links", "notes", "origin", "score_value",
        "tag_ids", "utm_parameters", "account_id", "created_by", "groups", "last_updated_by",
    ])

    /// The properties that v2 answers when `fields` is not given: no custom fields, no tags.
    static let readByDefault: [String] =
        ["id"] + scalars.filter { !$0.isOptional }.map(\.name) + lists.map(\.name)
        + ["company", "create_time", "update_time"]
}
