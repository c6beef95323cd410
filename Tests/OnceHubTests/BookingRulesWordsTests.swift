import ContactSync
import Keap
import OnceHub
import Testing

@Suite struct BookingRulesWordsTests {
    private let account = OnceHubSettings.AccountKnowledge(
        fields: [
            CustomFieldModel(
                id: CustomFieldID("1"), label: "Goal", fieldName: "Goal0", fieldType: "RADIO",
                options: ["Strength", "Cardio"].map { FieldOption(id: $0, label: $0) })
        ],
        users: [KeapUser(id: UserID("3"), givenName: "Olive", familyName: "Owner", emails: ["olive@example.com"])],
        noAppointments: nil, hasLeadSourceCategory: false)

    @Test func `the usual settings are read back`() {
        let words = OnceHubSettings().words(account)
        #expect(
            words.lines == [
                "Contacts are known by e-mail address and name; a known contact is filled in only where it is empty.",
                "A new contact becomes the booking owner's.",
                "Each booking becomes an appointment in Keap's calendar.",
                #"A new contact gets the lead source "{masterPage} > {eventType} > {bookingPage}" in the category "OnceHub", made when it is missing."#,
                #"A new contact is of type "Prospect"."#,
                "company goes to the company, made when it is missing.",
                "Tracking lives in OnceHub's booking pages: no web hook can do it.",
            ])
        #expect(words.problems == [])
        #expect(words.wouldCreate == [#"the lead source category "OnceHub""#])
    }

    @Test func `what the account lacks is told`() {
        var settings = OnceHubSettings()
        settings.creation.owner = .user("sam")
        settings.names = ["USR-1": "nobody@example.com", "BKC-1": "Intro calls"]
        settings.mapping = [
            FieldMapping(from: .form("Goal"), to: .wish(.custom("goal")), rule: .override),
            FieldMapping(from: .named(.note), to: .wish(.custom("Gaol"))),
            FieldMapping(from: .named(.reason), to: .wish(.custom("Why")), makes: .textArea),
        ]
        var account = account
        account.noAppointments = "not in this edition"
        account.hasLeadSourceCategory = true
        let words = settings.words(account)
        #expect(
            words.problems == [
                #"creation.owner: "sam" is no user of this Keap account."#,
                #"names.USR-1: "nobody@example.com" is no user of this Keap account."#,
                #"mapping: Keap has no custom field "Gaol"; the nearest is "Goal"."#,
            ])
        #expect(words.wouldCreate == [#"the custom field "Why" (TEXT_AREA)"#])
        #expect(
            words.lines.contains(
                #"the form's "Goal" goes to the custom field "Goal" (RADIO: Strength, Cardio), replacing what is there."#
            ))
        #expect(
            words.lines.contains(
                "Bookings make no appointments, since this Keap account has none: not in this edition"))
    }
}
