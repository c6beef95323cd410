import SeededRandom
import Testing

@testable import ZenPlanner

@Suite struct SeparatedValuesTests {
    private func rows(_ text: String, _ separator: UInt8 = UInt8(ascii: ",")) -> [SeparatedValues.Row] {
        Array(SeparatedValues(Array(text.utf8), separator: separator))
    }

    @Test(
        arguments: [
            ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
            ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
            ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
            ("sep=\t\na\tb\n1,5\t2\n", [["a", "b"], ["1,5", "2"]]),
            ("\"sep=;\"\r\na;b;c\r\n1;2;3,5\r\n", [["a", "b", "c"], ["1", "2", "3,5"]]),
            ("name\nAna\n", [["name"], ["Ana"]]),
            ("a,,c\n,,\n", [["a", "", "c"], ["", "", ""]]),
            ("\"Ng, Jr.\",b\n", [["Ng, Jr.", "b"]]),
            ("\"say \"\"hi\"\"\",b\n", [["say \"hi\"", "b"]]),
            ("\"two\r\nlines\",b\n", [["two\r\nlines", "b"]]),
            ("5\" tall,b\n", [["5\" tall", "b"]]),
            ("\"\",b\n", [["", "b"]]),
            ("\n\na,b\n\n1,2\n\n", [["a", "b"], ["1", "2"]]),
            ("", []),
        ] as [(String, [[String]])])
    func `a file is taken apart`(_ text: String, _ expected: [[String]]) {
        let rows = rows(text)

        #expect(rows.map(\.fields) == expected)
        #expect(rows.allSatisfy { $0.problem == nil })
    }

    @Test(
        arguments: [
            ("a,b\n\"1,2\n3,4\n", .quoteNeverClosed), ("a,b\n\"1\"x,2\n3,4\n", .textAfterQuote),
            ("a,b\n" + String(repeating: ",", count: 1_000) + "\n3,4\n", .tooManyFields),
            ("a,b\na,\"" + String(repeating: "x", count: 70_000) + "\"\n3,4\n", .fieldTooLong),
            ("a,b\na," + String(repeating: "x", count: 70_000) + "\n3,4\n", .fieldTooLong),
        ] as [(String, SeparatedValues.Problem)])
    func `a row that breaks the rules is named, and the next one is read`(
        _ text: String, _ problem: SeparatedValues.Problem
    ) {
        let rows = rows(text)

        #expect(rows.map(\.line) == [1, 2, 3])
        #expect(rows.map(\.problem) == [nil, problem, nil])
        #expect(rows[2].fields == ["3", "4"])
    }

    @Test func `rows know the line on which they begin, also after line breaks in quotes`() {
        var values = SeparatedValues(Array("a,b\r\n\r\n\"x\r\ny\",2\r\n\"x\ny\",3\r4,5".utf8))
        var lines: [Int] = []
        while let row = values.next() { lines.append(row.line) }

        #expect(lines == [1, 3, 5, 7])
    }

    @Test func `what is written by the rules is read back, whatever it holds`() {
        let alphabet = Array("ab,;\t\"\n\r ü€")
        for seed in UInt64(1)...500 {
            var random = SeededGenerator(seed: seed)
            let table = (0...Int.random(in: 0..<5, using: &random)).map { _ in
                (0..<3).map { _ in
                    String(
                        (0..<Int.random(in: 0..<6, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                    )
                }
            }
            let text = table.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
            }.joined()
            #expect(rows(text).map(\.fields) == table, "seed \(seed)")
        }
    }
}
