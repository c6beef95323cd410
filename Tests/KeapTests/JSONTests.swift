import SeededRandom
import Testing
import WireFormats

@testable import Keap

@Suite struct JSONTests {
    @Test(arguments: [
        ("0", JSONValue.number("0")), ("-12.50e+3", .number("-12.50e+3")), ("true", .bool(true)), ("null", .null),
        ("9007199254740993", .number("9007199254740993")), (" [ ] ", .array([])), ("{}", .object([:])),
        (#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, .string("a\"\\/\u{8}\u{C}\n\r\té😀")),
        (
            #"{"a":[1,{"b":null}],"c":"d"}"#,
            .object(["a": .array([.number("1"), .object(["b": .null])]), "c": .string("d")])
        ),
        (#""\ud83d""#, .string("\u{FFFD}")), (#""\ud83dx""#, .string("\u{FFFD}x")),
        (#""\ud83d\u0041""#, .string("\u{FFFD}A")), (#""\ude00""#, .string("\u{FFFD}")),
    ])
    func `a value is read as it stands`(text: String, value: JSONValue) {
        #expect(JSONValue(json: Array(text.utf8)) == value)
    }

    @Test func `a byte-order mark is passed over`() {
        #expect(JSONValue(json: [0xEF, 0xBB, 0xBF] + Array("1".utf8)) == .number("1"))
    }

    @Test(arguments: [
        "", " ", "tru", "truex", "01", "1.", ".5", "-", "1e", "+1", "NaN", "[1,]", "[1 2]", "[", "{\"a\"}", "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}", "{\"a\":1", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "1 2", "'a'", "<html>",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(JSONValue(json: Array(text.utf8)) == nil)
    }

    @Test func `broken UTF-8 is refused`() {
        #expect(JSONValue(json: [0x22, 0xC3, 0x22]) == nil)
    }

    @Test func `deep nesting is refused before the stack is`() {
        let depth = JSONDialect.usualDepth
        let fits = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(JSONValue(json: Array(fits.utf8)) != nil)
        #expect(JSONValue(json: Array(repeating: UInt8(ascii: "["), count: 1_000_000)) == nil)
    }

    @Test func `written text is compact, sorted and escaped`() {
        let value = JSONValue.object([
            "b": .array([.number("1.50"), .bool(false), .null]), "a": .string("\"\\\n\r\t\u{1}é/😀"),
        ])
        #expect(value.json == #"{"a":"\"\\\n\r\t\u0001é/😀","b":[1.50,false,null]}"#)
    }

    @Test(arguments: 0..<200)
    func `what was written is read back the same`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let value = anyValue(depth: 4, &random)
        #expect(JSONValue(json: Array(value.json.utf8)) == value, "seed \(seed)")
    }

    @Test(arguments: 0..<200)
    func `a damaged text is read or refused, never more`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(anyValue(depth: 4, &random).json.utf8)
        for _ in 0...2 {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        // Where it is still a value, writing and reading that again changes nothing.
        if let value = JSONValue(json: bytes) {
            #expect(JSONValue(json: Array(value.json.utf8)) == value, "seed \(seed)")
        }
        let cut = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
        if let value = JSONValue(json: cut) {
            #expect(JSONValue(json: Array(value.json.utf8)) == value, "seed \(seed)")
        }
    }

    private func anyValue(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2:
            return .number(
                "\(Int.random(in: -1_000...1_000, using: &random)).\(Int.random(in: 0...99, using: &random))")
        case 3: return .string(anyText(&random))
        case 4:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in anyValue(depth: depth - 1, &random) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                members[anyText(&random)] = anyValue(depth: depth - 1, &random)
            }
            return .object(members)
        }
    }

    private func anyText(_ random: inout SeededGenerator) -> String {
        let alphabet = Array("ab\"\\/\n\u{0}\u{1F} é😀{}[]:,")
        return String((0..<Int.random(in: 0...8, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
    }
}
