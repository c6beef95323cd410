import ContactSync
import Foundation
import SeededRandom
import Testing

@testable import ZenPlanner

/// Accepting a message reads less of it than delivering it, and must decide the same.
@Suite struct LaneReadingTests {
    @Test func `accepting places every message as delivering does, and refuses what that refuses`() throws {
        var (placed, unplaced, refused) = (0, 0, 0)
        for seed in UInt64(1)...8_000 {
            var random = SeededGenerator(seed: seed)
            let (type, body) = Self.message(&random)
            let reader = ZenPlannerReader(settings: Self.settings(&random))
            let whole = Result { () throws(ZenPlannerReadError) in try reader.read(contentType: type, body: body) }
            let lane = Result { () throws(ZenPlannerReadError) in
                try reader.read(contentType: type, body: body, .lane)
            }
            switch (whole, lane) {
            case (.success(.change(let change, let ignored)), .success(.change(let arrived, let arrivedIgnored))):
                placed += 1
                #expect(LaneKeys.keys(of: change) == LaneKeys.keys(of: arrived), "seed \(seed)")
                #expect(change.isGymWide == arrived.isGymWide, "seed \(seed)")
                #expect(change.subject == arrived.subject, "seed \(seed)")
                #expect(ignored == arrivedIgnored, "seed \(seed)")
            case (.success(.unplaced(let reason, let ignored)), .success(.unplaced(let other, let otherIgnored))):
                unplaced += 1
                #expect(reason == other && ignored == otherIgnored, "seed \(seed)")
            case (.failure(let error), .failure(let other)):
                refused += 1
                #expect(error == other, "seed \(seed)")
            default: Issue.record("seed \(seed): \(whole), but \(lane) for the lane")
            }
        }
        // Or the messages would prove nothing.
        #expect(min(placed, unplaced, refused) > 200, "\(placed) placed, \(unplaced) unplaced, \(refused) refused")
    }

    @Test func `a name is folded alike with and without looking up characters`() {
        for seed in UInt64(1)...5_000 {
            var random = SeededGenerator(seed: seed)
            let name = Self.text(&random)
            #expect(FieldName(name).folded == FieldName.foldedSlowly(name), "\(name.debugDescription)")
            #expect(shortened(name) == shortenedSlowly(name), "\(name.debugDescription)")
        }
    }

    // MARK: Messages

    private static let names = [
        "personId", "PersonId", "person_id", "firstName", "First Name", "givenName", "lastName", "surname", "email",
        "emailAddress", "mobilePhone", "birthDate", "address", "address1", "city", "state", "zip", "country", "status",
        "programs", "programs[0][name]", "programs[0][status]", "event", "programId", "id", "name", "newName", "from",
        "person[firstName]", "address.city", "note", "Ünknown", "data", "é\u{301}mail", "e\u{200B}mail", "--",
    ]
    private static let values = [
        "7", "8", "0", "Ana", "ana", "Ruiz", "José", "Jose\u{301}", "CafÃ©", "ana@example.org", "<ana@example.org>",
        "n/a",
        "-", "null", "", " ", "\u{A0}", "\r\n", "1994-07-09", "303-555-0101", "program.renamed", "program.deleted",
        "person",
        "person.deleted", "[{\"name\":\"Kids\",\"status\":\"Active\"}]", "[{\"name\":1}]", "[", "=A1", "####",
        "\u{FFFD}",
        "Kids &amp; Teens", "1.2E+5",
    ]

    private static func settings(_ random: inout SeededGenerator) -> ZenPlannerSettings {
        var settings = ZenPlannerSettings()
        if Int.random(in: 0..<4, using: &random) == 0 { settings.accept(["note", "state"], for: .email) }
        if Int.random(in: 0..<4, using: &random) == 0 { settings.accept(["id"], for: MessageField.personId) }
        return settings
    }

    private static func message(_ random: inout SeededGenerator) -> (type: String?, body: [UInt8]) {
        var fields: [(name: String, value: String)] = []
        for name in ["personId", "firstName", "lastName", "email"] where Int.random(in: 0..<4, using: &random) > 0 {
            fields.append((name, value(&random)))
        }
        for _ in 0..<Int.random(in: 0..<6, using: &random) {
            let name = Int.random(in: 0..<8, using: &random) == 0 ? text(&random) : names.randomElement(using: &random)!
            fields.append((name, value(&random)))
        }
        fields.shuffle(using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: return ("application/json", json(fields, &random))
        case 2: return (nil, form(fields, &random))
        case 3: return ("Application/X-WWW-Form-URLencoded; charset=iso-8859-15", form(fields, &random))
        case 4: return ("text/plain", form(fields, &random))
        default: return ("application/x-www-form-urlencoded", form(fields, &random))
        }
    }

    private static func form(
        _ fields: [(name: String, value: String)], _ random: inout SeededGenerator
    ) -> [UInt8] {
        var body: [UInt8] = []
        for (name, value) in fields {
            if !body.isEmpty { body.append(UInt8(ascii: "&")) }
            for text in [name, value] {
                if text == value { body.append(UInt8(ascii: "=")) }
                for byte in text.utf8 {
                    let isWord =
                        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "z") ~= byte
                    if isWord || Int.random(in: 0..<20, using: &random) == 0 {
                        body.append(byte)
                    } else {
                        body += Array(String(format: "%%%02X", byte).utf8)
                    }
                }
            }
        }
        // Half a character, or a percent sign that means nothing.
        if Int.random(in: 0..<10, using: &random) == 0, !body.isEmpty {
            body.insert(
                [0xE9, UInt8(ascii: "%"), UInt8(ascii: "&")].randomElement(using: &random)!, at: body.count / 2)
        }
        return body
    }

    private static func json(
        _ fields: [(name: String, value: String)], _ random: inout SeededGenerator
    ) -> [UInt8] {
        let members = fields.map { name, value in
            let written =
                switch Int.random(in: 0..<10, using: &random) {
                case 0: "null"
                case 1: "true"
                case 2: "12.0"
                case 3: "{\(quoted("city")):\(quoted(value)),\(quoted("firstName")):\(quoted(value))}"
                case 4: "[\(quoted(value))]"
                default: quoted(value)
                }
            return "\(quoted(name)):\(written)"
        }
        let object = "{" + members.joined(separator: ",") + "}"
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return Array("{\"data\":\(object)}".utf8)
        case 1: return Array("[\(object),\(object)]".utf8)
        default: return Array(object.utf8)
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\r\n", with: "\\r\\n") + "\""
    }

    private static func value(_ random: inout SeededGenerator) -> String {
        Int.random(in: 0..<6, using: &random) == 0 ? text(&random) : values.randomElement(using: &random)!
    }

    private static let pieces = [
        "a", "Z", "0", "_", "-", " ", "\t", "\r\n", "\n", "\u{0}", "\u{7F}", "\u{85}", "\u{A0}", "é", "e\u{301}",
        "\u{301}",
        "ß", "İ", "Ａ", "\u{200B}", "\u{200D}", "\u{FEFF}", "👩‍👩‍👧", "&", "&amp;", "\"", "\u{2028}", "…",
    ]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0..<12, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
    }
}
