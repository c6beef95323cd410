import ContactSync
import Testing

@testable import ZenPlanner

@Suite struct PeopleReportTests {
    private let settings = ZenPlannerSettings()

    private func report(_ text: String) throws -> PeopleReport {
        try PeopleReport(Array(text.utf8), settings: settings)
    }

    private func person(_ row: PeopleReport.Person) throws -> PersonSnapshot {
        try #require(ZenPlannerReader(settings: settings).read(report: row.form).person)
    }

    @Test func `a row is a person, known by name and e-mail together`() throws {
        let report = try report(
            """
            First Name,Last Name,Email,Status,Birth Date,Cell Phone,Age
            Ana,"Ruiz, Jr.",ana@example.org,Student,07/09/2014,412345678.0,12
            """)

        let ana = try person(try #require(report.people.first))
        #expect(ana.sourceID == "")
        #expect(ana.values[.lastName] == .value("Ruiz, Jr."))
        #expect(ana.values[.birthDate] == .value("2014-07-09"))
        #expect(ana.values[.mobilePhone] == .value("412345678"))
        #expect(ana.status == .value("Student"))
        #expect(report.used == ["First Name", "Last Name", "Email", "Status", "Birth Date", "Cell Phone"])
        #expect(report.ignored == ["Age"])
        #expect(report.flaws == [])
    }

    @Test func `a title above the header and blank rows are passed over`() throws {
        let report = try report("People report,Status\n\n,,\nFirst Name,Last Name,Email\nAna,Ruiz,a@example.org\n,,\n")

        #expect(report.people.map(\.line) == [5])
    }

    @Test func `a file says by one unmistakable date how all of its dates are meant`() throws {
        let report = try report(
            """
            First Name,Last Name,Email,Birth Date
            Ana,Ruiz,a@example.org,03/04/2014
            Bo,Ruiz,b@example.org,25/12/2015
            """)

        #expect(report.dateOrder == .dayFirst)
        #expect(try person(report.people[0]).values[.birthDate] == .value("2014-04-03"))
        #expect(throws: ReportProblem.self) {
            try self.report("First Name,Email,Birth Date\nA,a@b.c,25/12/2015\nB,b@b.c,12/25/2015\n")
        }
    }

    @Test func `without an unmistakable date the gym's setting counts`() throws {
        let text = "First Name,Last Name,Email,Birth Date\nAna,Ruiz,a@example.org,03/04/2014\n"
        var european = settings
        european.dateOrder = .dayFirst

        #expect(try person(report(text).people[0]).values[.birthDate] == .value("2014-03-04"))
        #expect(
            try person(PeopleReport(Array(text.utf8), settings: european).people[0]).values[.birthDate]
                == .value("2014-04-03"))
    }

    @Test func `a row that cannot be imported says why and leaves the others alone`() throws {
        let report = try report(
            """
            First Name,Last Name,Email,Birth Date
            Ana,,a@example.org,
            Bo,Ruiz,,
            Cy,Ng,c@example,
            Dee,Park,d@example.org,,surplus
            Eve,Ash,e@example.org,
            """)

        #expect(report.people.map(\.line) == [6])
        #expect(report.flaws.map(\.line) == [2, 3, 4, 5])
        #expect(report.flaws[0].sentence.contains("lastName is missing"))
        #expect(report.flaws[1].sentence.contains("email is missing"))
        #expect(report.flaws[2].sentence.contains("\"c@example\" was left out"))
        #expect(report.flaws[3].sentence.contains("5 fields"))
    }

    @Test func `with an id a row needs no name`() throws {
        let report = try report("Person ID,Status\n17,Student\n,Student\n")

        #expect(try person(report.people[0]).sourceID == "17")
        #expect(report.flaws.map(\.line) == [3])
    }

    @Test func `a file in UTF-16 or in an old Windows encoding is read`() throws {
        let text = "First Name,Last Name,Email\nZoë,Müller,z@example.org\n"
        func bytes(_ unit: UInt16) -> [UInt8] { [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let utf16: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap(bytes)
        let swapped: [UInt8] = [0xFE, 0xFF] + text.utf16.flatMap { bytes($0).reversed() }
        let windows: [UInt8] = text.unicodeScalars.map { UInt8($0.value) }
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(text.utf8)

        for bytes in [utf16, swapped, windows, marked] {
            let report = try PeopleReport(bytes, settings: settings)
            #expect(try person(report.people[0]).values[.firstName] == .value("Zoë"))
        }
    }

    @Test(
        arguments: [
            ([], "empty"), (Array("\n\n".utf8), "empty"), ([0x50, 0x4B, 3, 4, 9], "Excel"),
            (Array("a,b\n1,2\n".utf8), "a, b"), ([0x61, 0, 0x62], "NUL"), ([0xFF, 0xFE, 0x61], "middle"),
            (Array("\"First Name,Email\n".utf8), "line 1"),
        ] as [([UInt8], String)])
    func `a file that is no people report is refused with a sentence`(_ bytes: [UInt8], _ word: String) {
        let problem = #expect(throws: ReportProblem.self) { try PeopleReport(bytes, settings: settings) }

        #expect(problem?.description.contains(word) == true)
    }
}
