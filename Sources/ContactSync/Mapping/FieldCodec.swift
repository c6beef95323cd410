package import Keap
import WireFormats

/// Makes what a source says into what a field of Keap's holds, by the field's type. Makes no call.
///
/// Keap documents the types but not their contents. Numbers go as JSON numbers wherever Keap's own filters compare
/// numbers (months and days of the week among them, Sunday being 1), choices by their labels, yes and no as `true` and
/// `false`, a drill-down by the label of the innermost choice.
package struct FieldCodec: Sendable {
    package var reading: ValueReading
    package var users: [KeapUser]

    package init(reading: ValueReading, users: [KeapUser] = []) {
        self.reading = reading
        self.users = users
    }

    /// - Throws: `FieldMisfit` if the field cannot hold it. An empty value is not for sending, and fits nothing.
    package func content(of value: SourceValue, for field: CustomFieldModel) throws(FieldMisfit) -> JSONValue {
        let words = words(of: value).trimmed
        let text = field.type == .textArea ? words : words.oneLine
        func misfit(_ kind: String, _ fitting: String) -> FieldMisfit {
            FieldMisfit(field: field.label, kind: kind, value: text, fitting: fitting)
        }
        switch field.type {
        case .text, .name, .textArea, nil:
            let separator = field.type == .textArea ? "\n" : ", "
            let whole = list(value)?.joined(separator: separator) ?? text
            guard whole.fits(KeapLengths.customFieldText) else {
                throw misfit("text", "at most \(KeapLengths.customFieldText) characters")
            }
            return .string(whole)
        case .email:
            guard text.looksLikeEmail else { throw misfit("an e-mail address", "ada@example.com") }
            return .string(text)
        case .phoneNumber:
            guard text.looksLikePhone else { throw misfit("a phone number", "+1 303 555 0101") }
            return .string(text)
        case .website:
            guard text.looksLikeWebsite else { throw misfit("a web address", "https://example.com") }
            return .string(text)
        case .socialSecurityNumber:
            let digits = text.filter(\.isNumber)
            guard digits.count == 9, text.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "-" || $0 == " " }) else {
                // Not repeated in any note.
                throw FieldMisfit(
                    field: field.label, kind: "a social security number", value: nil, fitting: "123-45-6789")
            }
            return .string("\(digits.prefix(3))-\(digits.dropFirst(3).prefix(2))-\(digits.suffix(4))")
        case .wholeNumber:
            guard let number = Numeral(text)?.whole else { throw misfit("a whole number", "12") }
            return .number(number)
        case .decimalNumber:
            guard let number = Numeral(text) else { throw misfit("a number", "12.5") }
            return .number(number.digits)
        case .currency:
            guard let number = Numeral(amount: text), number.decimals <= 2 else {
                throw misfit("an amount of money", "12.50")
            }
            return .number(number.digits)
        case .percent:
            guard let number = Numeral(text.hasSuffix("%") ? String(text.dropLast()).trimmed : text) else {
                throw misfit("a percentage", "12.5")
            }
            return .number(number.digits)
        case .yesNo:
            guard let answer = Answers.isYes(text) else { throw misfit("yes or no", "yes") }
            return .bool(answer)
        case .date:
            guard let day = day(value) else { throw misfit("a date", "2026-03-05") }
            return .string(day.text)
        case .dateTime:
            guard let time = time(value) else { throw misfit("a date and time", "2026-03-05 15:00") }
            return .string(time.text)
        case .year:
            if let day = day(value) { return .number(String(day.year)) }
            guard text.count == 4, let year = Int64(text), year > 0 else { throw misfit("a year", "2026") }
            return .number(String(year))
        case .month:
            guard let month = day(value)?.month ?? Months.number(of: text) ?? within(1...12, text) else {
                throw misfit("a month", "March, or 3,")
            }
            return .number(String(month))
        case .dayOfWeek:
            guard let weekday = day(value)?.weekday ?? Weekdays.number(of: text) ?? within(1...7, text) else {
                throw misfit("a day of the week", "Monday, or 2,")
            }
            return .number(String(weekday))
        case .state:
            if field.options.isEmpty {
                for country in ["USA", "CAN"].compactMap(Country.named) {
                    if let code = Region.code(for: text, in: country) { return .string(String(code.dropFirst(3))) }
                }
                throw misfit("a state", "Colorado, or CO,")
            }
            return .string(try choice(text, of: field))
        case .radio, .dropdown: return .string(try choice(text, of: field))
        case .drilldown:
            let innermost = text.split(separator: ">").last.map { String($0).trimmed } ?? text
            return .string(try choice(innermost, of: field))
        case .listBox:
            var chosen: [JSONValue] = []
            for item in items(value, of: field) { chosen.append(.string(try choice(item, of: field))) }
            return .array(chosen)
        case .user:
            return .number(try user(text, field.label).text)
        case .userListBox:
            var chosen: [JSONValue] = []
            for item in items(value, of: field) { chosen.append(.number(try user(item, field.label).text)) }
            return .array(chosen)
        }
    }

    /// For a property of Keap's own.
    package func text(of value: SourceValue, for property: ContactField) throws(FieldMisfit) -> String {
        let text = words(of: value).trimmed.oneLine
        let label = property.rawValue
        switch property {
        case .birthDate, .anniversaryDate:
            guard let day = day(value) else {
                throw FieldMisfit(field: label, kind: "a date", value: text, fitting: "2026-03-05")
            }
            return day.text
        case .website where !text.looksLikeWebsite:
            throw FieldMisfit(field: label, kind: "a web address", value: text, fitting: "https://example.com")
        case .timeZone where ValueReading(zone: text) == nil:
            throw FieldMisfit(field: label, kind: "a time zone", value: text, fitting: "America/Denver")
        case .preferredLocale where !text.looksLikeLocale:
            throw FieldMisfit(field: label, kind: "a locale", value: text, fitting: "en_US")
        case .assistantPhone where !text.looksLikePhone:
            throw FieldMisfit(field: label, kind: "a phone number", value: text, fitting: "+1 303 555 0101")
        default:
            if let most = KeapLengths.text(property), !text.fits(most) {
                throw FieldMisfit(field: label, kind: "text", value: text, fitting: "at most \(most) characters")
            }
            return text
        }
    }

    /// The user that a text means: by e-mail, by first and last name, or by Keap's id.
    package static func user(_ words: String, among users: [KeapUser]) -> KeapUser? {
        let wanted = words.folded
        guard !wanted.isEmpty else { return nil }
        let users = users.filter { !$0.isInactive }
        if let user = users.first(where: { $0.emails.contains { $0.folded == wanted } }) { return user }
        if let user = users.first(where: { $0.id.text == words.trimmed }) { return user }
        let named = users.filter { $0.name.folded == wanted }
        // Two of one name: it is unknown which is meant.
        return named.count == 1 ? named[0] : nil
    }

    private func user(_ words: String, _ label: String) throws(FieldMisfit) -> UserID {
        guard let user = FieldCodec.user(words, among: users) else {
            let names = users.filter { !$0.isInactive }.map(\.name).filter { !$0.isEmpty }
            throw FieldMisfit(
                field: label, kind: "a user of this Keap account", value: words,
                fitting: listed(names, "an e-mail address"))
        }
        return user.id
    }

    private func choice(_ text: String, of field: CustomFieldModel) throws(FieldMisfit) -> String {
        if let option = field.options.first(where: { $0.label.folded == text.folded }) { return option.label }
        throw FieldMisfit(
            field: field.label, kind: "one of its options", value: text,
            fitting: listed(field.options.map(\.label), "nothing, since it has none,"))
    }

    private func listed(_ words: [String], _ none: String) -> String {
        let shown = words.prefix(12).map { "\"\($0.limited(to: 40))\"" }.joined(separator: ", ")
        return words.isEmpty ? none : shown + (words.count > 12 ? " and others" : "")
    }

    // MARK: What is in a value

    private func words(of value: SourceValue) -> String {
        if case .moment(let time) = value { return reading.words(of: time) }
        return value.plain
    }

    private func list(_ value: SourceValue) -> [String]? {
        guard case .list(let items) = value else { return nil }
        return items.map(\.trimmed).filter { !$0.isEmpty }
    }

    /// A text that is one of the options whole is one choice; else it is taken apart.
    private func items(_ value: SourceValue, of field: CustomFieldModel) -> [String] {
        if let items = list(value) { return items }
        let text = value.plain.trimmed
        if field.options.contains(where: { $0.label.folded == text.folded }) { return [text] }
        let parts = text.split(whereSeparator: { ",;\n".contains($0) }).map { String($0).trimmed }.filter {
            !$0.isEmpty
        }
        // An option may have commas of its own: the longest run of parts that is one counts as one.
        var items: [String] = []
        var rest = parts[...]
        while !rest.isEmpty {
            let run = (1...min(rest.count, FieldCodec.mostParts)).last { length in
                let joined = rest.prefix(length).joined(separator: ", ").folded
                return field.options.contains { $0.label.folded == joined }
            }
            items.append(rest.prefix(run ?? 1).joined(separator: ", "))
            rest = rest.dropFirst(run ?? 1)
        }
        return items
    }

    /// The most parts into which commas split an option's label.
    private static let mostParts = 8

    private func day(_ value: SourceValue) -> CivilDay? {
        if case .moment(let time) = value { return reading.day(of: time) }
        return reading.day(in: value.plain.trimmed)
    }

    private func time(_ value: SourceValue) -> KeapTime? {
        if case .moment(let time) = value { return time }
        return reading.time(in: value.plain.trimmed)
    }

    private func within(_ range: ClosedRange<Int64>, _ text: String) -> Int64? {
        Int64(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
