/// A custom field of contacts. Values are addressed by its id, searches by its `name`.
package struct CustomField: Sendable {
    package let id: Int
    package let label: String
    /// v2's word, such as `TEXT`.
    package let type: String
    /// Such as `ZenPlannerID0`.
    package let name: String
    package let options: [String]
    let group: Int
}

enum CustomFieldType {
    /// v2's words beside v1's.
    static let names: [(v2: String, v1: String)] = [
        ("CURRENCY", "Currency"), ("DATE", "Date"), ("DATE_TIME", "DateTime"), ("DAY_OF_WEEK", "DayOfWeek"),
        ("DECIMAL_NUMBER", "DecimalNumber"), ("DRILLDOWN", "Drilldown"), ("DROPDOWN", "Dropdown"), ("EMAIL", "Email"),
        ("LIST_BOX", "ListBox"), ("MONTH", "Month"), ("NAME", "Name"), ("PERCENT", "Percent"),
        ("PHONE_NUMBER", "PhoneNumber"), ("RADIO", "Radio"), ("SOCIAL_SECURITY_NUMBER", "SocialSecurityNumber"),
        ("STATE", "State"), ("TEXT", "Text"), ("TEXT_AREA", "TextArea"), ("USER", "User"),
        ("USER_LIST_BOX", "UserListBox"), ("WEBSITE", "Website"), ("WHOLE_NUMBER", "WholeNumber"), ("YEAR", "Year"),
        ("YES_NO", "YesNo"),
    ]

    static let numeric: Set<String> = [
        "WHOLE_NUMBER", "DECIMAL_NUMBER", "CURRENCY", "PERCENT", "YEAR", "MONTH", "DAY_OF_WEEK", "USER",
    ]
    static let multiple: Set<String> = ["LIST_BOX", "USER_LIST_BOX"]
    static let dates: Set<String> = ["DATE", "DATE_TIME"]
    /// Take `==` without a wildcard.
    static let plain: Set<String> = ["YES_NO", "DRILLDOWN"]
}
