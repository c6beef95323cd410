import Keap
import Testing
import WireFormats

@testable import ContactSync

/// Every type of custom field, with what fits and what does not.
@Suite struct FieldCodecTests {
    private static let moment = SourceValue.moment(KeapTime("2026-03-05T03:30:00Z")!)
    private static let users = [
        KeapUser(id: UserID("3"), givenName: "Olive", familyName: "Owner", emails: ["olive@example.com"]),
        KeapUser(id: UserID("4"), givenName: "Sam", familyName: "Twin", emails: ["sam@example.com"]),
        KeapUser(id: UserID("5"), givenName: "Sam", familyName: "Twin", emails: ["sam2@example.com"]),
    ]

    private func model(_ type: CustomFieldType, _ options: [String] = ["Strength", "Yoga, gentle", "Cardio"])
        -> CustomFieldModel
    {
        CustomFieldModel(
            id: CustomFieldID("1"), label: "Field", fieldName: "Field0", fieldType: type.rawValue,
            options: options.enumerated().map { FieldOption(id: "\($0.offset)", label: $0.element) })
    }

    private var codec: FieldCodec {
        FieldCodec(reading: ValueReading(zone: "America/Denver")!, users: FieldCodecTests.users)
    }

    @Test(
        arguments: [
            (.text, .text("  as it is "), .string("as it is")), (.text, .list(["a", " b ", ""]), .string("a, b")),
            (.text, FieldCodecTests.moment, .string("2026-03-04 20:30 (America/Denver)")),
            (.text, .number("30"), .string("30")), (.name, .text("Ada"), .string("Ada")),
            (.textArea, .list(["a", "b"]), .string("a\nb")), (.textArea, .text("a\nb"), .string("a\nb")),
            (.text, .text("a\r\n\nb"), .string("a b")),
            (.email, .text("ada@example.com"), .string("ada@example.com")),
            (.phoneNumber, .text("+1 (303) 555-0101 ext. 7"), .string("+1 (303) 555-0101 ext. 7")),
            (.website, .text("https://example.com/x"), .string("https://example.com/x")),
            (.website, .text("example.com"), .string("example.com")),
            (.socialSecurityNumber, .text("123456789"), .string("123-45-6789")),
            (.socialSecurityNumber, .text("123-45-6789"), .string("123-45-6789")),
            (.wholeNumber, .text("1,250"), .number("1250")), (.wholeNumber, .text("12.00"), .number("12")),
            (.wholeNumber, .number("30"), .number("30")), (.wholeNumber, .text("-7"), .number("-7")),
            (.decimalNumber, .text("1.250,5"), .number("1250.5")), (.decimalNumber, .text("12,5"), .number("12.5")),
            (.decimalNumber, .text("0.50"), .number("0.50")), (.decimalNumber, .text(".5"), .number("0.5")),
            (.currency, .text("$1,234.50"), .number("1234.50")), (.currency, .text("99 EUR"), .number("99")),
            (.currency, .text("-€5"), .number("-5")), (.percent, .text("12.5 %"), .number("12.5")),
            (.percent, .text("40"), .number("40")), (.yesNo, .text("Yes"), .bool(true)),
            (.yesNo, .text("off"), .bool(false)), (.date, .text("03/05/2026"), .string("2026-03-05")),
            (.date, .text("2026-03-05"), .string("2026-03-05")), (.date, .text("March 5, 2026"), .string("2026-03-05")),
            (.date, .text("5 Mar 2026"), .string("2026-03-05")), (.date, FieldCodecTests.moment, .string("2026-03-04")),
            (.dateTime, FieldCodecTests.moment, .string("2026-03-05T03:30:00.000Z")),
            (.dateTime, .text("2026-03-05"), .string("2026-03-05T07:00:00.000Z")),
            (.dateTime, .text("03/05/2026 3:15 pm"), .string("2026-03-05T22:15:00.000Z")),
            (.dateTime, .text("2026-07-05T12:00"), .string("2026-07-05T18:00:00.000Z")),
            (.dateTime, .text("2026-03-05T12:00:00+01:00"), .string("2026-03-05T11:00:00.000Z")),
            (.year, .text("2026"), .number("2026")), (.year, FieldCodecTests.moment, .number("2026")),
            (.month, .text("march"), .number("3")), (.month, .text("12"), .number("12")),
            (.month, .text("12/31/2026"), .number("12")), (.month, FieldCodecTests.moment, .number("3")),
            (.dayOfWeek, .text("Sun"), .number("1")), (.dayOfWeek, .text("saturday"), .number("7")),
            (.dayOfWeek, .text("2"), .number("2")), (.dayOfWeek, FieldCodecTests.moment, .number("4")),
            (.radio, .text(" strength"), .string("Strength")), (.dropdown, .text("CARDIO"), .string("Cardio")),
            (.drilldown, .text("Body > Strength"), .string("Strength")), (.state, .text("cardio"), .string("Cardio")),
            (.listBox, .text("Strength; cardio"), .array([.string("Strength"), .string("Cardio")])),
            (.listBox, .text("Yoga, gentle"), .array([.string("Yoga, gentle")])),
            (.listBox, .text("Cardio, yoga, gentle"), .array([.string("Cardio"), .string("Yoga, gentle")])),
            (.listBox, .list(["Yoga, gentle", "Cardio"]), .array([.string("Yoga, gentle"), .string("Cardio")])),
            (.user, .text("OLIVE@example.com"), .number("3")), (.user, .text("olive owner"), .number("3")),
            (.user, .text("4"), .number("4")),
            (.userListBox, .text("olive@example.com, 5"), .array([.number("3"), .number("5")])),
        ] as [(CustomFieldType, SourceValue, JSONValue)])
    func `a value that fits is put as its type holds it`(
        type: CustomFieldType, value: SourceValue, content: JSONValue
    ) throws {
        #expect(try codec.content(of: value, for: model(type)) == content)
    }

    @Test(arguments: [("Colorado", "CO"), ("co", "CO"), ("Ontario", "ON")])
    func `a state without options is one of the States or Canada`(text: String, code: String) throws {
        #expect(try codec.content(of: .text(text), for: model(.state, [])) == .string(code))
    }

    @Test(
        arguments: [
            (.email, "ada", "an e-mail address", "ada@example.com"),
            (.phoneNumber, "call me", "a phone number", "+1 303 555 0101"),
            (.website, "none", "a web address", "https://example.com"),
            (.wholeNumber, "12.5", "a whole number", "12"), (.wholeNumber, "a dozen", "a whole number", "12"),
            (.wholeNumber, "1,25,0", "a whole number", "12"), (.decimalNumber, "1.2.3", "a number", "12.5"),
            (.decimalNumber, "", "a number", "12.5"), (.currency, "$1.255", "an amount of money", "12.50"),
            (.currency, "free", "an amount of money", "12.50"), (.percent, "half", "a percentage", "12.5"),
            (.yesNo, "maybe", "yes or no", "yes"), (.date, "31/12/2026", "a date", "2026-03-05"),
            (.date, "tomorrow", "a date", "2026-03-05"), (.date, "2026-02-30", "a date", "2026-03-05"),
            (.dateTime, "noon", "a date and time", "2026-03-05 15:00"),
            (.dateTime, "2026-03-05 25:00", "a date and time", "2026-03-05 15:00"),
            (.year, "26", "a year", "2026"), (.month, "13", "a month", "March, or 3,"),
            (.dayOfWeek, "8", "a day of the week", "Monday, or 2,"),
            (.radio, "Boxing", "one of its options", #""Strength", "Yoga, gentle", "Cardio""#),
            (.dropdown, "Boxing", "one of its options", #""Strength", "Yoga, gentle", "Cardio""#),
            (.drilldown, "Body > Boxing", "one of its options", #""Strength", "Yoga, gentle", "Cardio""#),
            (.user, "Sam Twin", "a user of this Keap account", #""Olive Owner", "Sam Twin", "Sam Twin""#),
        ] as [(CustomFieldType, String, String, String)])
    func `a value that does not fit is told with what would`(
        type: CustomFieldType, text: String, kind: String, fitting: String
    ) {
        let shown = type == .drilldown ? "Boxing" : text
        #expect(throws: FieldMisfit(field: "Field", kind: kind, value: shown, fitting: fitting)) {
            try codec.content(of: .text(text), for: model(type))
        }
    }

    @Test func `one wrong choice spoils the list, and is the one that is named`() {
        #expect(throws: FieldMisfit.self) { try codec.content(of: .text("Cardio, Boxing"), for: model(.listBox)) }
        let misfit = FieldMisfit(
            field: "Field", kind: "one of its options", value: "Boxing", fitting: "nothing, since it has none,")
        #expect(throws: misfit) { try codec.content(of: .text("Boxing"), for: model(.listBox, [])) }
        #expect(
            misfit.sentence
                == #""Boxing" was not sent to "Field", which holds one of its options: nothing, since it has none, would fit."#
        )
    }

    @Test func `a social security number is not repeated in the sentence about it`() {
        #expect {
            try codec.content(of: .text("123-45-678"), for: model(.socialSecurityNumber))
        } throws: { error in
            (error as? FieldMisfit)?.sentence
                == #"The value was not sent to "Field", which holds a social security number: 123-45-6789 would fit."#
        }
    }

    @Test func `a text longer than Keap takes is not cut`() {
        let long = String(repeating: "x", count: 65_536)
        #expect(throws: FieldMisfit.self) { try codec.content(of: .text(long), for: model(.text)) }
        #expect(throws: FieldMisfit.self) { try codec.text(of: .text(long), for: .jobTitle) }
    }

    @Test func `a field of a type that came after us takes text`() throws {
        let model = CustomFieldModel(id: CustomFieldID("1"), label: "F", fieldName: "F0", fieldType: "HOLOGRAM")
        #expect(try codec.content(of: .text("x"), for: model) == .string("x"))
    }

    @Test(arguments: [("05.03.2026", "2026-03-05"), ("31/12/2026", "2026-12-31"), ("2026-03-05", "2026-03-05")])
    func `days may come first`(text: String, day: String) {
        var reading = ValueReading.utc
        reading.dayOrder = .dayFirst
        #expect(reading.day(in: text)?.text == day)
    }

    @Test(
        arguments: [
            (.birthDate, "03/05/1990", "1990-03-05"), (.website, "example.com", "example.com"),
            (.timeZone, "America/Denver", "America/Denver"), (.preferredLocale, "en_US", "en_US"),
            (.jobTitle, " Coach ", "Coach"), (.assistantPhone, "303 555 01", "303 555 01"),
        ] as [(ContactField, String, String)])
    func `a property of Keap's own takes what it is for`(field: ContactField, text: String, sent: String) throws {
        #expect(try codec.text(of: .text(text), for: field) == sent)
    }

    @Test(
        arguments: [
            (.birthDate, "soon"), (.website, "none"), (.timeZone, "Mars/Base"), (.preferredLocale, "english"),
            (.assistantPhone, "303 555 0101 0101"), (.assistantName, "A name that is far too long"),
        ] as [(ContactField, String)])
    func `and nothing else`(field: ContactField, text: String) {
        #expect(throws: FieldMisfit.self) { try codec.text(of: .text(text), for: field) }
    }

    @Test(arguments: [
        ("2026-03-08T02:30", "2026-03-08T09:30:00.000Z"), ("2026-11-01T01:30", "2026-11-01T07:30:00.000Z"),
    ])
    func `times that clocks skip or show twice are points in time all the same`(text: String, time: String) {
        #expect(ValueReading(zone: "America/Denver")?.time(in: text)?.text == time)
    }

    @Test func `who has left the account gets nothing`() {
        var left = KeapUser(id: UserID("9"), givenName: "Olive", familyName: "Owner", emails: ["o@x.com"])
        left.isInactive = true
        #expect(FieldCodec.user("o@x.com", among: [left]) == nil)
        #expect(FieldCodec.user("9", among: [left]) == nil)
        #expect(FieldCodec.user("Olive Owner", among: FieldCodecTests.users + [left])?.id == UserID("3"))
    }
}
