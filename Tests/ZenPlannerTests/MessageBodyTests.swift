import SeededRandom
import ContactSync
import Testing
import ZenPlanner

struct MessageBodyTests {
    private func read(_ contentType: String?, _ body: String) throws -> Reading {
        try ZenPlannerReader().read(contentType: contentType, body: Array(body.utf8))
    }

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "Application/JSON", "text/json",
        "application/vnd.zenplanner+json",
    ])
    func `JSON comes under several types`(type: String) throws {
        #expect(try read(type, #"{"personId": 1, "city": "x"}"#).person?.sourceID == "1")
    }

    @Test(arguments: ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8", nil])
    func `a form comes under its type or none`(type: String?) throws {
        #expect(try read(type, "personId=1&city=x").person?.sourceID == "1")
    }

    @Test(arguments: ["application/x-www-form-urlencoded", nil])
    func `JSON sent as a form is still read as JSON`(type: String?) throws {
        #expect(try read(type, "\n {\"personId\": 1, \"city\": \"x\"}").person?.sourceID == "1")
    }

    @Test(arguments: [
        "text/plain", "application/xml", "application/octet-stream", "text/html; charset=utf-8", "image/json",
    ])
    func `another type is refused by name`(type: String) {
        #expect {
            try read(type, "personId=1&city=x")
        } throws: { error in
            guard case .unsupportedMediaType(let sentence) = error as? ZenPlannerReadError else { return false }
            return sentence.contains(type.prefix { $0 != ";" })
        }
    }

    @Test(arguments: ["json", "application/", "; charset=utf-8", ""])
    func `a type that is none is refused`(type: String) {
        #expect {
            try read(type, "personId=1")
        } throws: { error in
            if case .unsupportedMediaType = error as? ZenPlannerReadError { true } else { false }
        }
    }

    @Test(arguments: [
        ("application/json", "{\"personId\": 1"), ("application/json", "personId=1"), ("application/json", "\"text\""),
        ("application/json", "7"), ("application/json", "[]"), ("application/json", "[[]]"),
        ("application/json", "null"),
        ("application/json", "{\"personId\": 1}}"), ("application/x-www-form-urlencoded", "personId=%4"),
        ("application/x-www-form-urlencoded", "personId=%zz"), ("application/x-www-form-urlencoded", ""),
        ("application/json", ""), ("application/json", " \r\n"), ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=cut", "--other--"), ("multipart/form-data; boundary=cut", "--cut\r\n\r\nx"),
        ("application/x-www-form-urlencoded", "{\"personId\": 1"),
    ])
    func `bytes that cannot be taken apart are refused with a sentence`(type: String, body: String) {
        #expect {
            try read(type, body)
        } throws: { error in
            guard case .undecodable(let sentence) = error as? ZenPlannerReadError else { return false }
            return sentence.hasSuffix(".") && sentence.contains(" ")
        }
    }

    @Test func `JSON nested without end is refused, not followed`() {
        let deep = String(repeating: "[", count: 200_000)
        #expect(
            throws: ZenPlannerReadError.undecodable("The body is not valid JSON: at byte 129, nested too deeply.")
        ) { try read("application/json", deep) }
    }

    @Test func `a form with more fields than any real one is refused`() {
        let body = (0...1_000).map { "f\($0)=" }.joined(separator: "&")
        #expect(throws: ZenPlannerReadError.self) { try read("application/x-www-form-urlencoded", body) }
    }

    @Test func `bytes that are not UTF-8 in a form are read as Latin-1`() throws {
        #expect(try read(nil, "personId=1&city=M%FCnchen").person?.values[.city] == .value("München"))
    }

    @Test(arguments: 1...40)
    func `a damaged body is read or refused, never trusted to be whole`(seed: UInt64) {
        let json = #"{"data": {"personId": 7, "birthDate": "2/7/2014", "programs": [{"name": "K", "status": "S"}]}}"#
        let multipart = "--cut\r\nContent-Disposition: form-data; name=\"personId\"\r\n\r\n7\r\n--cut--\r\n"
        let bodies = [
            ("application/json", json), ("application/x-www-form-urlencoded", PersonMessageTests.wholeForm),
            ("multipart/form-data; boundary=cut", multipart),
        ]
        var random = SeededGenerator(seed: seed)
        for (type, body) in bodies {
            for _ in 0..<50 {
                var bytes = Array(body.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let index = Int.random(in: 0..<bytes.count, using: &random)
                    bytes.replaceSubrange(index...index, with: [UInt8.random(in: 0...255, using: &random)])
                    if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
                }
                do {
                    let reading = try ZenPlannerReader().read(contentType: type, body: bytes)
                    // A person is only ever known by what the damaged bytes still say.
                    if let person = reading.person { #expect(!person.sourceID.isEmpty, "seed \(seed): \(bytes)") }
                } catch {
                    #expect("\(error)".contains("undecodable"), "seed \(seed): \(bytes)")
                }
            }
        }
    }

    @Test func `JSON that is not UTF-8 is read as Windows-1252`() throws {
        let reading = try ZenPlannerReader().read(
            contentType: "application/json",
            body: Array(#"{"personId": 1, "city": "M"#.utf8) + [0xFC] + Array("\"}".utf8))
        #expect(reading.person?.values[.city] == .value("Mü"))
    }
}
