import Connectors
import ContactSync
import Testing
import ZenPlanner

struct ProgramListTests {
    private func programs(_ json: String) throws -> Reading {
        try readJSON(#"{"personId": 1, "programs": \#(json)}"#)
    }

    @Test func `programs come in their order, with or without an id`() throws {
        let reading = try programs(
            #"[{"id": 7, "name": " Kids ", "status": "CURRENT"}, {"program_name": "Camp", "status": "NOT STARTED"}]"#)
        #expect(
            reading.person?.programs == [
                ProgramMembership(id: "7", name: "Kids", status: "CURRENT"),
                ProgramMembership(id: nil, name: "Camp", status: "NOT STARTED"),
            ])
    }

    @Test func `a single object is a list of one`() throws {
        let kids = [ProgramMembership(id: nil, name: "Kids", status: "HOLD")]
        #expect(try programs(#"{"name": "Kids", "status": "HOLD"}"#).person?.programs == kids)
        #expect(try programs(#""{\"name\": \"Kids\", \"status\": \"HOLD\"}""#).person?.programs == kids)
    }

    @Test(arguments: [#""""#, #""  ""#, "[]", #""[]""#])
    func `nothing in programs means that the person is in none`(json: String) throws {
        #expect(try programs(json).person?.programs == [])
    }

    @Test func `a program without any status gives no tag and so is left out`() throws {
        let reading = try programs(#"[{"name": "Kids", "status": ""}, {"name": "Camp", "status": "HOLD"}]"#)
        #expect(reading.person?.programs == [ProgramMembership(id: nil, name: "Camp", status: "HOLD")])
    }

    @Test(arguments: [
        (#""[{\"name\": \"Kids\"""#, "neither a JSON array nor empty"),
        (#""Kids""#, "neither a JSON array nor empty"),
        (#""7""#, "neither a JSON array nor empty"),
        (#"["Kids"]"#, "Entry 1 of \"programs\" is not an object"),
        (
            #"[{"name": "Kids", "status": "HOLD"}, {"status": "HOLD", "title": "x"}]"#,
            "Entry 2 of \"programs\" has no name"
        ),
        (#"[{"name": "", "status": "HOLD"}]"#, "Entry 1 of \"programs\" has no name"),
        (#"[{"name": "Kids", "state": "HOLD"}]"#, "has no status; it carries name, state"),
        (#"[{"name": {"en": "Kids"}, "status": "HOLD"}]"#, "\"name\" holds a list or an object"),
    ])
    func `programs that cannot be read are named`(json: String, reason: String) throws {
        let reading = try programs(json)
        // What cannot be used is left out and noted; the rest of the message counts.
        let person = try #require(reading.person)
        #expect(person.programs == nil || person.lacksPrograms, "\(reason)")
        #expect(!person.notes.isEmpty)
    }

    @Test func `a person can be in so many programs and not in more`() throws {
        let entry = #"{"name": "Kids", "status": "HOLD"}"#
        let most = Array(repeating: entry, count: 200).joined(separator: ",")
        #expect(try programs("[\(most)]").person?.programs?.count == 200)
        #expect(try programs("[\(most),\(entry)]").reason.contains("lists 201 programs; 200 are the most"))
    }
}

struct ProgramEventTests {
    @Test(arguments: [
        "event=program.renamed&programId=7&oldName=Kids&newName=Youth",
        "event=program.renamed&id=7&previousName=Kids&name=Youth",
        "event=PROGRAM_RENAMED&id=7&from=Kids&to=Youth",
        "event=Program+Renamed&program_id=7&name=Kids&new_name=Youth",
    ])
    func `a renamed program is understood under several names`(form: String) throws {
        #expect(
            try readForm(form) == .change(.program(.renamed(id: "7", oldName: "Kids", newName: "Youth")), ignored: []))
    }

    @Test func `a renamed program may be known by its id or by its old name`() throws {
        #expect(
            try readForm("event=program.renamed&id=7&name=Youth").program
                == .renamed(id: "7", oldName: nil, newName: "Youth"))
        #expect(
            try readForm("event=program.renamed&oldName=Kids&newName=Youth&id=").program
                == .renamed(id: nil, oldName: "Kids", newName: "Youth"))
    }

    @Test(arguments: [
        #"{"event": "program.renamed", "program": {"id": 7, "name": "Youth"}, "previousName": "Kids"}"#,
        #"{"event": "program.renamed", "data": {"program": {"id": 7, "name": "Youth"}, "previousName": "Kids"}}"#,
    ])
    func `a program inside a wrapper is read as if it stood outside`(json: String) throws {
        #expect(try readJSON(json).program == .renamed(id: "7", oldName: "Kids", newName: "Youth"))
    }

    @Test func `a deleted program may be known by its id or its name`() throws {
        #expect(try readForm("event=program.deleted&id=7").program == .deleted(id: "7", name: nil))
        #expect(try readForm("event=program.deleted&programName=Kids").program == .deleted(id: nil, name: "Kids"))
        #expect(try readForm("event=program.deleted&oldName=Kids&id=7").program == .deleted(id: "7", name: "Kids"))
    }

    @Test(arguments: [
        ("event=program.renamed&newName=Youth", "needs programId or oldName"),
        ("event=program.renamed&name=Youth", "needs programId or oldName"),
        ("event=program.renamed&id=7&oldName=Kids", "needs newName"),
        ("event=program.renamed&id=7&oldName=Kids&newName=+", "needs newName"),
        ("event=program.deleted&title=Kids", "needs programId or programName; the message carries event, title"),
    ])
    func `a program that cannot be known is not placed`(form: String, reason: String) throws {
        let reading = try readForm(form)
        #expect(reading.reason.contains(reason))
        #expect(reading.program == nil)
    }
}
