import ContactSync
import Testing

@testable import ZenPlanner

/// Reports as spreadsheets write them.
@Suite struct WrittenReportTests {
    private func report(_ bytes: [UInt8]) throws -> PeopleReport {
        try PeopleReport(bytes, settings: ZenPlannerSettings())
    }

    private func report(_ text: String) throws -> PeopleReport { try report(Array(text.utf8)) }

    private static let ana = "Ana,Ruiz,a@example.org"

    @Test(
        arguments: [
            ("First Name;Last Name;Email;Notes\nAna;Ruiz;a@example.org;a, b, c, d\n", "semicolon"),
            ("First Name,Last Name,Email,Notes\nAna,Ruiz,a@example.org,a;b;c;d;e;f;g\n", "comma"),
            ("First Name\tLast Name\tEmail\nAna\tRuiz\ta@example.org\n", "tab"),
            ("First Name|Last Name|Email\nAna|Ruiz|a@example.org\n", "bar"),
            ("sep=;\nFirst Name;Last Name;Email\nAna;Ruiz;a@example.org\n", "semicolon"),
            ("\"sep=;\"\r\nFirst Name;Last Name;Email\r\nAna;Ruiz;a@example.org\r\n", "semicolon"),
            ("sep=^\nFirst Name^Last Name^Email\nAna^Ruiz^a@example.org\n", "\"^\""),
            ("\"First Name\";\"Last Name\";\"Email\"\n\"Ana\";\"Ruiz\";\"a@example.org\"\n", "semicolon"),
            ("People, all, of, them\nFirst Name;Last Name;Email\nAna;Ruiz;a@example.org\n", "semicolon"),
            ("\u{FEFF}First Name;Last Name;Email\nAna;Ruiz;a@example.org\n", "semicolon"),
            ("Notes, more;First Name;Last Name;Email\nx,y,z;Ana;Ruiz;a@example.org\n", "semicolon"),
        ])
    func `the separator is the header row's`(text: String, separator: String) throws {
        let report = try report(text)
        #expect(report.separator == separator)
        #expect(
            report.people.map(\.snapshot.values) == [
                [.firstName: .value("Ana"), .lastName: .value("Ruiz"), .email: .value("a@example.org")]
            ])
    }

    @Test(arguments: [
        "First Name,Last Name,Email", "Total,,", "Total: 45,,", "Grand Total,,45", "45 people,,", "Page 1 of 3,,", ",,",
        "---,---,---",
        "Printed on 11/30/2026,,", "End of report,,", "Count of people,,3", "FIRST NAME,LAST NAME,EMAIL", "2 records,,",
        "\"Copyright 2026, Zen Planner\",,", "© 2026,,", "https://studio.zenplanner.com/report,,",
        "All amounts are in dollars,,",
    ])
    func `a row about no person is skipped and counted`(row: String) throws {
        let report = try report("First Name,Last Name,Email\n\(Self.ana)\n\(row)\nBo,Ng,b@example.org\n")
        #expect(report.people.map(\.line) == [2, 4])
        #expect(report.skipped.map(\.line) == [3] && report.flaws == [])
    }

    @Test(arguments: ["Total,Ruiz,t@example.org", "Page,Turner,p@example.org", "Count,Dracula,c@example.org"])
    func `a person of an odd name is a person`(row: String) throws {
        #expect(try report("First Name,Last Name,Email\n\(row)\n").people.count == 1)
    }

    @Test func `a broken byte in an ignored column costs no accent elsewhere`() throws {
        let report = try report(
            Array("First Name,Last Name,Email,Notes\nJosé,Ruiz,a@example.org,caf".utf8) + [0xC3]
                + Array("\nZoë,Ng,b@example.org,\n".utf8))
        #expect(report.people.map { $0.snapshot.values[.firstName] } == [.value("José"), .value("Zoë")])
        #expect(report.brokenCells.map(\.line) == [2])
    }

    @Test func `a broken byte in a value is noted with its line, and never sent`() throws {
        let report = try report(
            Array("First Name,Last Name,Email,City\nJosé,Ruiz,a@example.org,caf".utf8) + [0xC3] + Array("\n".utf8))
        #expect(report.people.first?.snapshot.values[.city] == nil)
        #expect(report.damage.map(\.line) == [2] && report.damage.map(\.note.field) == ["city"])
        #expect(report.encoding == "UTF-8")
    }

    @Test(
        arguments: [
            ([0x4A, 0x6F, 0x73, 0xE9], "José"), ([0x4F, 0x92, 0x4E, 0x65, 0x69, 0x6C], "O’Neil"),
            ([0xC9, 0x6C, 0x69], "Éli"),
            ([0x4A, 0x4F, 0xC3, 0x4F], "JOÃO"), ([0xD6, 0x7A], "Öz"), ([0x4D, 0xFC, 0x6C], "Mül"),
            ([0xC3, 0xA9, 0x6C], "él"), ([0x5A, 0x6F, 0xEB], "Zoë"), ([0xC2, 0x6E, 0x67], "Âng"), ([0xDF, 0x78], "ßx"),
        ] as [([UInt8], String)])
    func `a cell of an older file is read by itself`(cell: [UInt8], text: String) throws {
        let report = try report(
            Array("First Name,Last Name,Email\nJosé,Ruiz,a@example.org\n".utf8) + cell
                + Array(",Ng,b@example.org\n".utf8))
        #expect(report.people.last?.snapshot.values[.firstName] == .value(text))
    }

    @Test(
        arguments: [[0x63, 0xC3], [0xC3, 0x6C, 0x76], [0x61, 0x81], [0xC3, 0xA9, 0x61, 0xC3]]
            as [[UInt8]])
    func `a cell in no encoding is a flaw of its row where it tells the person`(cell: [UInt8]) throws {
        let report = try report(
            Array("First Name,Last Name,Email\n\"".utf8) + cell + Array("\",Ng,b@example.org\n\(Self.ana)\n".utf8))
        #expect(report.people.map(\.line) == [3] && report.flaws.map(\.line) == [2])
    }

    @Test(arguments: [
        "\"Bo,Ng,b@example.org", "Bo,\"Ng\" x,b@example.org", "\"Bo\"x,Ng,b@example.org", "Bo,Ng,b@example.org,more",
        "\"Bo,Ng,b@example.org\nCy,Ng,c@example.org\nDee\",Ng,d@example.org",
        "\(String(repeating: "x", count: 1_100)),Ng,b@example.org", "Bo,Ng,\"b@example.org",
    ])
    func `a stray quote or a monstrous name costs its row alone`(row: String) throws {
        let report = try report("First Name,Last Name,Email\n\(Self.ana)\n\(row)\nEve,Ash,e@example.org\n")
        let names = report.people.compactMap { $0.snapshot.values[.firstName]?.text }
        #expect(names.first == "Ana" && names.last == "Eve", "\(names)")
        #expect(report.flaws.first?.line == 3 && !report.flaws.contains { $0.line == 2 })
        #expect(!names.contains { $0.contains("\n") || $0.count > 900 })
    }

    @Test func `rows inside a stray quote are read again`() throws {
        let report = try report(
            "First Name,Last Name,Email\n\"Bo,Ng,b@example.org\nCy,Ng,c@example.org\nDee\",Ng,d@example.org\n")
        #expect(report.people.map(\.line).contains(3))
    }

    @Test func `an address of two lines is one cell`() throws {
        let report = try report(
            "First Name,Last Name,Email,Address1\nAna,Ruiz,a@example.org,\"1 Main St\nApt 2, Rear\"\n")
        #expect(report.people.first?.snapshot.values[.address1] == .value("1 Main St Apt 2, Rear"))
        #expect(report.flaws == [])
    }

    @Test func `only columns that mean something are sent`() throws {
        let report = try report("First Name,Last Name,Email,Secret\nAna,Ruiz,a@example.org,shh\n")
        #expect(!String(decoding: report.people[0].form, as: UTF8.self).contains("shh"))
    }

    @Test(arguments: ["Mary Ann,,", "Jean Luc,Picard,", ",Van Der Berg,"])
    func `a row that names a person is no line of text`(row: String) throws {
        #expect(try report("First Name,Last Name,Email\n\(row)\n").skipped == [])
    }

    @Test func `of two columns of one name the one that is filled counts`() throws {
        let report = try report(
            "Person Id,Last Name,Email,Email\n7,Ruiz,a@example.org,\n8,Ng,,b@example.org\n9,Ash,,\n10,Oak,c@example.org,d@example.org\n"
        )
        #expect(
            report.people.map { $0.snapshot.values[.email] } == [
                .value("a@example.org"), .value("b@example.org"), .empty,
            ])
        #expect(report.flaws.map(\.line) == [5])
    }

    @Test func `a NUL character costs no more than its place`() throws {
        let report = try report(
            Array("First Name,Last Name,Email\nAna".utf8) + [0]
                + Array(",Ruiz,a@example.org\nBo,Ng,b@example.org\n".utf8))
        #expect(report.people.map { $0.snapshot.values[.firstName] } == [.value("Ana"), .value("Bo")])
        #expect(throws: ReportProblem.self) {
            try self.report([0xD0, 0xCF, 0x11, 0xE0] + Array(repeating: 65, count: 900))
        }
        #expect(throws: ReportProblem.self) { try self.report(Array(repeating: 0, count: 900)) }
    }
}
