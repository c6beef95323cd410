import WireFormats

/// Whether a custom field takes a content. Keap documents the types, not their contents; what is here is what a type's
/// name promises, and numbers wherever Keap's filters compare numbers.
extension CustomField {
    func accepts(_ content: JSON, users: Set<Int>) -> Bool {
        switch content {
        // Null and empty text clear a field of any type.
        case .null, .string(""): return true
        case .object: return false
        default: break
        }
        let text = content.text ?? Self.digits(content)
        switch type {
        case "CURRENCY", "DECIMAL_NUMBER", "PERCENT": return text.flatMap { Double($0) }?.isFinite == true
        case "WHOLE_NUMBER": return text.flatMap { Int($0) } != nil
        case "YEAR": return isNumber(text, in: 1...9999)
        case "MONTH": return isNumber(text, in: 1...12)
        case "DAY_OF_WEEK": return isNumber(text, in: 1...7)
        case "USER": return content.id.map(users.contains) == true
        case "DATE": return content.text.map(Self.isDay) == true
        case "DATE_TIME": return content.text.map { Self.isDay($0) && $0.dropFirst(10).first == "T" } == true
        case "YES_NO":
            return content.bool != nil || ["0", "1", "true", "false", "yes", "no"].contains(text?.lowercased())
        case "RADIO", "DROPDOWN", "DRILLDOWN", "STATE": return content.text.map(isOption) == true
        case "LIST_BOX":
            return (content.items ?? content.text.map { $0.split(separator: ",").map { .string(String($0)) } })?
                .allSatisfy { $0.text.map(isOption) == true } == true
        case "USER_LIST_BOX": return content.items?.allSatisfy { $0.id.map(users.contains) == true } == true
        case "EMAIL":
            let parts = content.text?.split(separator: "@", omittingEmptySubsequences: false) ?? []
            return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
        case "PHONE_NUMBER": return text?.contains(where: \.isNumber) == true
        case "WEBSITE": return content.text.map { $0.contains(".") && !$0.contains(" ") } == true
        case "SOCIAL_SECURITY_NUMBER": return text?.filter(\.isNumber).count == 9
        default: return text.map { $0.count <= ContactSchema.longestCustomText } == true
        }
    }

    private func isOption(_ label: String) -> Bool { options.isEmpty || options.contains(label) }

    private func isNumber(_ text: String?, in range: ClosedRange<Int>) -> Bool {
        text.flatMap { Int($0) }.map(range.contains) == true
    }

    private static func isDay(_ text: String) -> Bool {
        CivilDay(String(text.prefix(10))) != nil && (text.count == 10 || text.dropFirst(10).first == "T")
    }

    private static func digits(_ content: JSON) -> String? {
        guard case .number(let digits) = content else { return nil }
        return digits
    }
}
