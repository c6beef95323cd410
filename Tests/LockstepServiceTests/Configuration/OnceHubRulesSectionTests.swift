import ConfigurationReading
import ContactSync
import Keap
import OnceHub
import Testing

@testable import LockstepService

@Suite struct OnceHubRulesSectionTests {
    private func onceHub(_ more: String) -> String { gym(#""onceHub": {"secret": "0123456789", \#(more)}"#) }

    private func settings(_ more: String) throws -> OnceHubSettings {
        try #require(try read(onceHub(more)).gyms.first?.onceHub?.settings)
    }

    @Test func `without a word, the steps are as OnceHub's own connector has them`() throws {
        let settings = try #require(
            try read(gym(#""onceHub": {"secret": "0123456789"}"#)).gyms.first?.onceHub?.settings)
        #expect(settings.creation == CreationRules())
        #expect(settings.creation.known == .fillEmpty && settings.creation.owner == .bookingOwner)
        #expect(settings.creation.makesAppointments && !settings.creation.reassignsKnown)
        #expect(settings.classification.leadSource?.description == "{masterPage} > {eventType} > {bookingPage}")
        #expect(settings.classification.category == "OnceHub")
        #expect(settings.classification.contactType == "Prospect")
        #expect(settings.mapping == [.company])
        #expect(settings.dates == DateRules())
    }

    @Test func `every step can be set`() throws {
        let settings = try settings(
            """
            "creation": {"known": "override", "matchAddressAlone": true, "optInReason": "Booked",
                         "owner": {"user": "olive@example.com"}, "ownerOfKnown": "assign", "appointment": false},
            "classification": {"leadSource": "{calendar}", "category": "", "contactType": ""},
            "mapping": [{"from": "form.Goal", "to": "custom.Goal", "when": "override", "type": "TextArea"},
                        {"from": "note", "to": "jobTitle", "when": "new"}, {"from": "form.Town", "to": "city"},
                        {"from": "phone", "to": "phone2"}, {"from": "company"}],
            "dates": {"order": "DD/MM/YYYY", "timeZone": "Europe/Berlin"},
            "names": {"BKC-1": "Intro calls", "USR-1": "olive@example.com"}
            """)
        #expect(settings.creation.known == .overwrite)
        #expect(settings.creation.matchesAddressAlone)
        #expect(settings.creation.owner == .user("olive@example.com"))
        #expect(settings.creation.reassignsKnown && !settings.creation.makesAppointments)
        #expect(settings.classification.leadSource?.description == "{calendar}")
        #expect(settings.classification.category == nil && settings.classification.contactType == nil)
        #expect(
            settings.mapping == [
                FieldMapping(from: .form("Goal"), to: .wish(.custom("Goal")), rule: .override, makes: .textArea),
                FieldMapping(from: .named(.note), to: .wish(.property(.jobTitle)), rule: .onlyNew),
                FieldMapping(from: .form("Town"), to: .synced(.city)),
                FieldMapping(from: .named(.phone), to: .wish(.phone(.phone2))),
            ])
        #expect(settings.dates.order == .dayFirst)
        #expect(settings.dates.zone == .named(ValueReading(zone: "Europe/Berlin")!))
        #expect(settings.names == ["BKC-1": "Intro calls", "USR-1": "olive@example.com"])
    }

    @Test func `the gym's planner is told what the mapping speaks of`() throws {
        let sync = try #require(
            try read(
                onceHub(
                    #""mapping": [{"from": "note", "to": "custom.Shoe  Size", "type": "WholeNumber"}, {"from": "reason", "to": "custom.Why"}]"#
                )
            ).gyms.first?.sync)
        #expect(sync.wishes.labels == ["Shoe  Size", "Why"])
        #expect(sync.wishes.makes == ["shoe size": .wholeNumber])
        #expect(sync.wishes.leadSourceCategory == "OnceHub")
    }

    private static let names = BookingField.Name.allCases.map(\.rawValue)

    @Test(
        arguments: [
            (
                #""creation": {"knwon": "leave"}"#, "creation.knwon",
                ConfigurationProblem.Kind.unknownKey(nearest: "known")
            ),
            (
                #""creation": {"known": "fillempty"}"#, "creation.known",
                .notOneOf(choices: ["override", "fillEmpty", "leave"], nearest: "fillEmpty")
            ),
            (
                #""creation": {"owner": "bookingowner"}"#, "creation.owner",
                .notOneOf(choices: ["bookingOwner", "none"], nearest: "bookingOwner")
            ),
            (#""creation": {"owner": {}}"#, "creation.owner.user", .missing),
            (
                #""mapping": [{"from": "form.Goal", "to": "notes"}]"#, "mapping[0].to",
                .notUsable(
                    reason: "Keap's API takes no notes with a contact; map it to a custom field of type TextArea")
            ),
            (
                #""mapping": [{"from": "form.Goal", "to": "email"}]"#, "mapping[0].to",
                .notUsable(reason: "the customer's name, e-mail address and phone always go where they belong")
            ),
            (
                #""mapping": [{"from": "form.Goal", "to": "city", "when": "override"}]"#, "mapping[0].when",
                .notUsable(reason: "for city, creation.known decides")
            ),
            (
                #""mapping": [{"from": "form.Goal", "to": "custom.G", "type": "Radio"}]"#, "mapping[0].type",
                .notUsable(reason: "a field of choices needs its choices: make it in Keap, and leave out the type")
            ),
            (
                #""mapping": [{"from": "note", "to": "custom.A"}, {"from": "reason", "to": "custom.A"}]"#,
                "mapping[1].to", .notUsable(reason: "entry 1 goes to the same field")
            ),
            (
                #""mapping": [{"from": "note", "to": "custom.Goal"}, {"from": "reason", "to": "custom.goal"}]"#,
                "mapping[1].to", .notUsable(reason: "entry 1 goes to the same field")
            ),
            (#""mapping": [{"to": "jobTitle"}]"#, "mapping[0].from", .missing),
            (#""mapping": [{"from": "note", "to": "custom. "}]"#, "mapping[0].to", .empty),
            (
                #""mapping": [{"from": "note", "to": "phone1"}]"#, "",
                .notUsable(reason: "PHONE1 holds the customer's phone already")
            ),
            (
                #""classification": {"leadSource": "{page}"}"#, "classification.leadSource",
                .notUsable(
                    reason:
                        "the name contains {page}; what it may contain is {masterPage}, {eventType}, {bookingPage}, "
                        + "{calendar}, {owner}")
            ),
            (
                #""dates": {"timeZone": "Mars/Base"}"#, "dates.timeZone",
                .notUsable(reason: "\"Mars/Base\" is neither \"customer\" nor a zone such as America/Denver")
            ),
            (#""names": []"#, "names", .notUsable(reason: "must be an object of names by OnceHub's ids")),
        ])
    func `a setting that cannot be is told with its place`(more: String, path: String, kind: ConfigurationProblem.Kind)
    {
        #expect(kinds(onceHub(more)) == [Found("gyms[0].onceHub" + (path.isEmpty ? "" : "." + path), kind)])
    }

    @Test func `unknown fields on either side name the nearest known one`() throws {
        let found = kinds(
            onceHub(#""mapping": [{"from": "startTime", "to": "custom.A"}, {"from": "note", "to": "jobtitel"}]"#))
        #expect(found.map(\.path) == ["gyms[0].onceHub.mapping[0].from", "gyms[0].onceHub.mapping[1].to"])
        guard case .notOneOf(let from, let nearestFrom)? = found.first?.kind,
            case .notOneOf(let to, let nearestTo)? = found.last?.kind
        else {
            Issue.record("\(found)")
            return
        }
        #expect(from == OnceHubRulesSectionTests.names + ["form.FIELD"])
        #expect(nearestFrom == "startingTime")
        #expect(to.last == "custom.LABEL" && to.contains("spouseName"))
        #expect(nearestTo == "jobTitle")
    }

    @Test func `Zen Planner's own fields are not for bookings, where it is used`() {
        let mapping = #""mapping": [{"from": "note", "to": "custom.signup date"}]"#
        #expect(kinds(onceHub(mapping)) == [])
        let both = gym(
            #""zenPlanner": {"token": "0123456789abcdef"}, "onceHub": {"secret": "0123456789", \#(mapping)}"#)
        #expect(
            kinds(both) == [
                Found(
                    "gyms[0].onceHub",
                    .notUsable(reason: "the custom field \"Signup Date\" is Zen Planner's"))
            ])
    }
}
