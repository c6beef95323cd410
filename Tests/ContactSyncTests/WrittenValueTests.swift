import Keap
import SeededRandom
import Testing

@testable import ContactSync

/// Values as people, spreadsheets and programs write them.
@Suite struct WrittenValueTests {
    @Test(
        arguments: [
            "1205", "1205.0", "1205.00", "01205", "001205", "1,205", "1,205.0", " 1205 ", "\u{A0}1205", "\"1205\"",
            "'1205", "“1205”", "１２０５", "1205\u{200E}", "\u{FEFF}1205", "#1205", "{1205}", "=\"1205\"", "1205,",
            "1 205", "1\u{202F}205", "1'205", "1.205E+3", "1205,00", "12\u{200D}05",
        ])
    func `an id is the same however it was written`(_ text: String) throws {
        guard case .id(let id) = SourceID.read(text) else {
            Issue.record("\(text.debugDescription) is no id")
            return
        }
        #expect(SourceID.isSame(id, "1205"), "\(text.debugDescription) → \(id)")
    }

    @Test(arguments: [
        "7C1F0000-0000-4000-8000-00000000000A", "7c1f0000-0000-4000-8000-00000000000a",
        "{7C1F0000-0000-4000-8000-00000000000A}", "7C1F000000004000800000000000000A",
        "urn:uuid:7c1f0000-0000-4000-8000-00000000000a", "(7c1f0000-0000-4000-8000-00000000000a)",
    ])
    func `a GUID is the same however it was written`(_ text: String) {
        guard case .id(let id) = SourceID.read(text) else {
            Issue.record("\(text) is no id")
            return
        }
        #expect(SourceID.key(id) == "7c1f0000-0000-4000-8000-00000000000a")
    }

    @Test(
        arguments: [
            ("1e3", "1000"), ("1205", "1206"), ("1205", "12050"), ("A1", "A01"), ("1.205", "1205"), ("2.5", "25"),
            ("-7", "7"), ("zp-1", "zp-01"),
            ("1111111111222222222233333333334444444444", "1111111111222222222233333333334444444445"),
        ])
    func `ids that may be two people's are two`(_ a: String, _ b: String) {
        guard case .id(let first) = SourceID.read(a), case .id(let second) = SourceID.read(b) else {
            Issue.record("\(a) or \(b) is no id")
            return
        }
        #expect(!SourceID.isSame(first, second))
    }

    @Test(arguments: [
        "#######", "1.2E+15", "1.23457E+12", "12\u{FFFD}5", "=A1&B1",
    ])
    func `an id whose digits are lost is damaged`(_ text: String) {
        if case .damaged = SourceID.read(text) { return }
        Issue.record("\(text) → \(SourceID.read(text))")
    }

    @Test(arguments: ["", " ", "-", "n/a", "none", "null", "0", "000", "00000000-0000-0000-0000-000000000000", "{}"])
    func `what programs write for no id is none`(_ text: String) { #expect(SourceID.read(text) == .none) }

    @Test(
        arguments: [
            ("ana@example.org", "ana@example.org"), ("<ana@example.org>", "ana@example.org"),
            ("ana@example.org,", "ana@example.org"), ("ana@example.org;", "ana@example.org"),
            ("ana@example.org.", "ana@example.org"), ("Ana <ana@example.org>", "ana@example.org"),
            ("\"Ruiz, Ana\" <ana@example.org>", "ana@example.org"), ("mailto:ana@example.org", "ana@example.org"),
            ("MAILTO:ana%40example.org?subject=Hi", "ana@example.org"), ("'ana@example.org'", "ana@example.org"),
            ("ana @ example.org", "ana@example.org"), ("ana@example.org (work)", "ana@example.org"),
            ("\u{202A}ana@example.org\u{202C}", "ana@example.org"), ("ａｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ana@example.org"),
            ("ana@example.org, ANA@example.org", "ana@example.org"),
            ("o'neil+x@mail.example.org", "o'neil+x@mail.example.org"),
        ])
    func `an address is found in what is written around it`(_ text: String, _ address: String) {
        #expect(EmailAddress.read(text) == .address(address))
    }

    @Test(arguments: [
        "ana@example", "@example.org", "ana", "ana@@example.org", "ana@-example.org", "a..b@example.org",
        ".a@example.org",
        "ana@exa_mple.org", "josé@example.org", "ana@1.2.3.4", "n/a", "none", "ana@example.org@x.org",
        "a@example.org bo@", "\(String(repeating: "x", count: 65))@example.org",
    ])
    func `what no server takes is no address`(_ text: String) { #expect(EmailAddress.read(text) == .unreadable) }

    @Test(arguments: [
        "a@example.org, b@example.org", "a@example.org;b@example.org", "a@example.org / b@example.org",
        "a@example.org b@example.org", "Ana <a@example.org>, Bo <b@example.org>",
    ])
    func `of two addresses none is chosen`(_ text: String) { #expect(EmailAddress.read(text) == .several) }

    @Test(
        arguments: [
            ("303-555-0101", "303-555-0101"), ("'+1 303 555 0101", "+1 303 555 0101"),
            ("=\"3035550101\"", "3035550101"),
            ("=+13035550101", "+13035550101"), ("3035550101.0", "3035550101"), ("+13035550101.0", "+13035550101"),
            ("1.3035550101E+10", "13035550101"), ("3.035550101e9", "3035550101"), ("13,035,550,101", "13035550101"),
            ("\u{202D}303-555-0101\u{202C}", "303-555-0101"), ("(303) 555-0101", "(303) 555-0101"),
            ("303\u{2011}555\u{2013}0101", "303-555-0101"), ("３０３５５５", "303555"), ("tel:+13035550101", "+13035550101"),
            ("303.555.0101", "303.555.0101"), ("303-555-0101;", "303-555-0101"),
            ("303-555-0101 x12", "303-555-0101 x12"),
            ("303\u{A0}555\u{A0}0101", "303 555 0101"),
        ])
    func `a phone number is restored where its meaning is plain`(_ text: String, _ number: String) {
        #expect(PhoneText.read(text) == .number(number))
    }

    @Test(arguments: [
        "1.30356E+10", "1.3E+10", "#######", "=A1", "=303-555-0101", "none", "-", "n/a", "call mom", "(000) 000-0000",
        "0",
        "#N/A", "unknown",
    ])
    func `a phone number whose digits are lost is left out`(_ text: String) {
        if case .unreadable(let why) = PhoneText.read(text) { #expect(!why.isEmpty) } else { Issue.record("\(text)") }
    }

    @Test(
        arguments: [
            ("CafÃ©", .restored("Café")), ("JosÃ©", .restored("José")), ("MÃ¼ller", .restored("Müller")),
            ("Oâ€™Brien", .restored("O’Brien")), ("Ã\u{81}lvaro", .restored("Álvaro")), ("CafÃƒÂ©", .restored("Café")),
            ("Å\u{81}Ã³dÅº", .restored("Łódź")), ("Caf\u{FFFD}", .lost), ("CafÃ© José", .lost), ("Café", .clean),
            ("CAFÉ’S", .clean), ("Ó’BRIEN", .clean), ("São Paulo", .clean), ("JOÃO", .clean), ("Ângela", .clean),
            ("“Zoë”", .clean), ("plain", .clean), ("naïve – café", .clean), ("日本", .clean), ("«Été»", .clean),
        ] as [(String, GarbledText.Reading)])
    func `text in a wrong encoding is read, and what is right is left alone`(
        _ text: String, _ reading: GarbledText.Reading
    ) {
        #expect(GarbledText.read(text) == reading)
    }

    @Test(
        arguments: [
            ("2138", "US", "US-MA", "02138"), ("2138", "US", "", "02138"), ("2138.0", "US", "US-MA", "02138"),
            ("2138-1234", "US", "US-MA", "02138-1234"), ("21381234", "US", "US-MA", "02138-1234"),
            ("802011234", "US", "US-CO", "80201-1234"), ("80201-", "US", "US-CO", "80201"),
            ("601", "US", "US-PR", "00601"),
            ("80201", "US", "US-CO", "80201"), ("8.0201E+4", "US", "US-CO", "80201"),
            ("'02138", "US", "US-MA", "02138"),
            ("=\"02138\"", "US", "US-MA", "02138"), ("1067", "DE", "", "01067"), ("800", "AU", "AU-NT", "0800"),
            ("1010", "AT", "", "1010"), ("SW1A 1AA", "GB", "", "SW1A 1AA"), ("600000", "JP", "", "0600000"),
            ("80201", "", "", "80201"), ("K1A 0B1", "CA", "CA-ON", "K1A 0B1"), ("80,201", "US", "US-CO", "80201"),
        ])
    func `a zip code is restored where its country makes it plain`(
        _ text: String, _ country: String, _ region: String, _ code: String
    ) {
        let reading = PostalCode.read(
            text, country: Country.named(country), region: region, home: Country.named("US"))
        #expect(reading == .code(code))
    }

    @Test(
        arguments: [
            ("2138", "US", "US-CO"), ("2138", "", ""), ("#####", "US", "US-MA"), ("13", "US", "US-MA"),
            ("106", "DE", ""),
            ("=A1", "US", ""), ("2.1E+8", "US", ""), ("601", "US", "US-MA"),
        ])
    func `a zip code that could be another's is left out`(_ text: String, _ country: String, _ region: String) {
        let reading = PostalCode.read(text, country: Country.named(country), region: region, home: Country.named("US"))
        if case .damaged = reading { return }
        Issue.record("\(text) → \(reading)")
    }

    @Test(
        arguments: [
            ("England", "GBR"), ("Scotland", "GBR"), ("Northern Ireland", "GBR"), ("U.K.", "GBR"),
            ("Great Britain", "GBR"),
            ("Deutschland", "DEU"), ("Österreich", "AUT"), ("U.S.A.", "USA"), ("U.S.", "USA"), ("us of a", "USA"),
            ("United States of America", "USA"), ("Schweiz", "CHE"), ("España", "ESP"), ("The Netherlands", "NLD"),
            ("NO", "NOR"), ("Norge", "NOR"), ("NAM", "NAM"), ("Namibia", "NAM"), ("méxico", "MEX"), ("日本", "JPN"),
            ("No", nil), ("no", nil), ("N/A", nil), ("n.a.", nil), ("NA", nil), ("none", nil), ("-", nil), ("", nil),
        ] as [(String, String?)])
    func `a country is known by what people call it`(_ text: String, _ code: String?) {
        #expect(Country.written(text, home: "USA")?.alpha3 == code)
    }

    @Test func `NA is Namibia to a gym of Namibia alone`() {
        #expect(Country.written("NA", home: "NAM")?.alpha3 == "NAM")
        #expect(Country.written("n/a", home: "NAM") == nil)
    }

    @Test(
        arguments: [
            ("O'Brien", "O’Brien"), ("ΣΊΣΥΦΟΣ", "Σίσυφος"), ("STRASSE", "Straße"), ("STRAẞE", "strasse"),
            ("ﬁnn", "FINN"),
            ("ｱﾅ", "アナ"), ("Ａｎａ", "ana"), ("İstanbul", "istanbul"), ("ıstanbul", "ISTANBUL"), ("Jose\u{301}", "José"),
            ("Mary–Ann", "mary-ann"), ("O´Neil", "O`Neil"), ("Ana\u{200E}", "Ana"), ("می\u{200C}خواهم", "میخواهم"),
            ("Ana \u{A0} Ruiz", "ana ruiz"), ("ǅ", "ǆ"), ("Ⅷ", "viii"), ("An\u{AD}a", "Ana"),
        ])
    func `texts are compared by case folding and compatibility forms`(_ a: String, _ b: String) {
        #expect(Array(a.folded.utf8) == Array(b.folded.utf8))
        #expect(a.folded.folded == a.folded)
    }

    @Test(arguments: [("José", "Jose"), ("Müller", "Muller"), ("Ana", "Anna"), ("Ben", "Bén"), ("O'Brien", "OBrien")])
    func `accents tell names apart`(_ a: String, _ b: String) { #expect(a.folded != b.folded) }

    @Test(
        arguments: [
            ("José", "Jose", true), ("Müller", "Mueller", true), ("Müller", "Muller", true),
            ("O'Brien", "OBrien", true),
            ("Mary-Ann", "Mary Ann", true), ("Łukasz", "Lukasz", true), ("Ångström", "Angstrom", true),
            ("Ana", "Anna", false),
            ("Søren", "Soren", true), ("Jürgen", "Jurgan", false), ("", "", false), ("Straße", "Strase", false),
        ])
    func `near misses differ in accents and marks only`(_ a: String, _ b: String, _ isNear: Bool) {
        #expect(LooseName(a).agrees(with: LooseName(b)) == isNear)
    }

    @Test func `folding of ASCII agrees with folding of any text`() {
        var seed: UInt64 = 3
        for _ in 0..<3_000 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<8).map { _ in
                        seed = seed &* 6_364_136_223_846_793_005 &+ 1
                        let byte = UInt8(truncatingIfNeeded: seed >> 57)
                        return Unicode.Scalar(byte % 4 == 0 ? 0x20 : byte)
                    }))
            #expect(text.folded == text.foldedSlowly, "\(text.debugDescription)")
        }
    }

    @Test(arguments: [
        "-", "--", "—", ".", "?", "n/a", "N/A", "N.A.", "none", "None", "NULL", "(null)", "<none>", "#N/A", "unknown",
        "undefined", "not available", "[none]", "n/a.",
    ])
    func `a word for nothing is one`(_ text: String) { #expect(Placeholder.isOne(text)) }

    @Test(arguments: ["Null", "Na", "Nil", "Nan", "No", "Ana", "O", "N", "Unknownson", "🌸"])
    func `a name is no word for nothing`(_ text: String) { #expect(!Placeholder.isOne(text, as: .name)) }

    @Test func `a word for nothing is known alike with and without looking up characters`() {
        let pieces = [
            "n", "N", "a", "/", "null", "Nil", "none", "unknown", "n/a", " ", "-", ".", "(", ")", "'", "’", "\"",
            "&quot;",
            "e\u{301}", "\u{301}", "é", "ß", "\u{A0}", "\r\n", "\u{200B}", "0", "#REF!", "…",
        ]
        for seed in UInt64(1)...5_000 {
            var random = SeededGenerator(seed: seed)
            let text = (0..<Int.random(in: 1..<5, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            for place in [Placeholder.Place.name, .answer, .other] where text.utf8.count <= 40 {
                #expect(
                    Placeholder.isOne(text, as: place) == Placeholder.isOneSlowly(text, as: place),
                    "\(text.debugDescription)")
            }
        }
    }

    private func contact(_ id: String, _ first: String, _ last: String, sourceID: String = "") -> KeapContact {
        var contact = KeapContact(id: ContactID(id))
        contact.givenName = first
        contact.familyName = last
        contact.emails = [EmailSlot(field: "EMAIL1", email: "a@example.org", optInReason: nil)]
        contact.customFields = [CustomFieldContent(id: CustomFieldID("9"), content: .string(sourceID))]
        return contact
    }

    private func wanted(_ first: String, _ last: String, id: String? = "1205") -> DesiredContact {
        var wanted = DesiredContact(
            sourceID: id,
            values: [.firstName: .value(first), .lastName: .value(last), .email: .value("A@example.org")])
        wanted.isOfRecord = true
        return wanted
    }

    @Test func `a name that differs in accents is listed, not taken`() {
        let match = ContactMatch.byName(
            of: wanted("Jose", "Muller"), among: [contact("5", "José", "Müller"), contact("6", "Ana", "Ruiz")],
            field: CustomFieldID("9"))
        #expect(match.contact == nil && match.nearMisses == [ContactID("5")])
    }

    @Test func `an id that a spreadsheet changed is the person's own`() {
        let match = ContactMatch.byName(
            of: wanted("O’Brien", "STRASSE"), among: [contact("5", "o'brien", "Straße", sourceID: "01205")],
            field: CustomFieldID("9"))
        #expect(match.contact?.id == ContactID("5") && !match.isNamesakeThere)
    }

    @Test func `a name without an id that two ids have decides nothing`() {
        let both = [contact("5", "Ana", "Ruiz", sourceID: "7"), contact("6", "Ana", "Ruiz", sourceID: "8")]
        #expect(
            ContactMatch.byName(of: wanted("Ana", "Ruiz", id: nil), among: both, field: CustomFieldID("9")).isAmbiguous)
        let one = ContactMatch.byName(
            of: wanted("Ana", "Ruiz", id: nil), among: [both[0]], field: CustomFieldID("9"))
        #expect(!one.isAmbiguous && one.contact?.id == ContactID("5"))
    }
}
