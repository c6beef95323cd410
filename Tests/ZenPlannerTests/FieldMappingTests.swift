import ContactSync
import Testing
import ZenPlanner

struct FieldMappingTests {
    @Test func `a mended mapping reads the very message that was unplaced`() throws {
        let body = "member_no=4711&firstName=Ana"
        #expect(try readForm(body).person == nil)

        var settings = ZenPlannerSettings()
        settings.accept(["memberNo"], for: .personId)
        #expect(
            try readForm(body, settings: settings).person
                == PersonSnapshot(sourceID: "4711", values: [.firstName: .value("Ana")]))
    }

    @Test func `default names still count after a configured one`() throws {
        var settings = ZenPlannerSettings()
        settings.accept(["memberNo"], for: .personId)
        #expect(try readForm("personId=1&city=x", settings: settings).person?.sourceID == "1")
    }

    @Test func `the first carried name decides, even when it is empty`() throws {
        var settings = ZenPlannerSettings()
        settings.accept(["contact email", "work email"], for: .email)
        let both = try readForm("personId=1&email=c%40d.e&workEmail=b%40c.d&contactEmail=a%40b.c", settings: settings)
        #expect(both.person?.values == [.email: .value("a@b.c")])
        let empty = try readForm("personId=1&email=c%40d.e&workEmail=b%40c.d&contactEmail=", settings: settings)
        #expect(empty.person?.values == [.email: .empty])
        #expect(empty.ignored == [])
    }

    @Test func `a name configured for one field no longer stands for another by default`() throws {
        var settings = ZenPlannerSettings()
        settings.accept(["state"], for: MessageField.status)
        let person = try #require(try readForm("personId=1&state=Student", settings: settings).person)
        #expect(person.status == .value("Student"))
        #expect(person.values == [:])
    }

    @Test func `the id of a person and of a program may have one name`() throws {
        var settings = ZenPlannerSettings()
        settings.accept(["id"], for: .personId)
        #expect(try readForm("id=1&city=x", settings: settings).person?.sourceID == "1")
        #expect(
            try readForm("event=program.deleted&id=9", settings: settings).program == .deleted(id: "9", name: nil))
    }

    @Test func `entries of programs have names of their own`() throws {
        var settings = ZenPlannerSettings()
        settings.accept(["label"], for: .name)
        settings.accept(["standing"], for: ProgramEntryField.status)
        let person = try readJSON(
            #"{"personId": 1, "programs": [{"label": "Kids", "Standing": "HOLD", "name": "ignored"}]}"#,
            settings: settings
        ).person
        #expect(person?.programs == [ProgramMembership(id: nil, name: "Kids", status: "HOLD")])
    }

    @Test func `every field is found under its own name`() {
        let settings = ZenPlannerSettings()
        for field in MessageField.allCases { #expect(settings.names[field].first == FieldName(field.rawValue)) }
        for field in ProgramEntryField.allCases {
            #expect(settings.programEntryNames[field].first == FieldName(field.rawValue))
        }
    }

    @Test func `no default name stands for two fields of one message`() {
        let settings = ZenPlannerSettings()
        for (index, field) in MessageField.allCases.enumerated() {
            for other in MessageField.allCases[..<index] where field.canMeet(other) {
                #expect(Set(settings.names[field]).isDisjoint(with: settings.names[other]), "\(field) and \(other)")
            }
        }
    }
}
