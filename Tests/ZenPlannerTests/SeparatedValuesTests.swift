import Testing

@testable import ZenPlanner

@Suite struct SeparatedValuesTests {
    private func rows(_ text: String) -> (rows: [[String]], problem: SeparatedValues.Problem?) {
        var values = SeparatedValues(Array(text.utf8))
        var rows: [[String]] = []
        while let row = values.next() { rows.append(row.fields) }
        return (rows, values.problem)
    }

    @Test(
        arguments: [
            ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
            ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
            ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
            ("a\tb\n1,5\t2\n", [["a", "b"], ["1,5", "2"]]),
            ("a;b;c\n1;2;3,5\n", [["a", "b", "c"], ["1", "2", "3,5"]]),
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
        let (rows, problem) = rows(text)

        #expect(rows == expected)
        #expect(problem == nil)
    }

    @Test func `what cannot be read is named with its line, and nothing after it is guessed at`() {
        #expect(rows("a,b\n\"1,2\n3,4\n").problem == .quoteNeverClosed(line: 2))
        #expect(rows("a,b\n\"1\"x,2\n3,4\n").problem == .textAfterQuote(line: 2))
        #expect(rows("a,b\n\"1\"x,2\n3,4\n").rows == [["a", "b"]])
        #expect(rows(String(repeating: ",", count: 1_000) + "\n").problem == .tooManyFields(line: 1))
        #expect(rows("a,\"" + String(repeating: "x", count: 70_000) + "\"\n").problem == .fieldTooLong(line: 1))
        #expect(rows("a," + String(repeating: "x", count: 70_000) + "\n").problem == .fieldTooLong(line: 1))
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
            var random = SeededValues(seed)
            let table = (0..<Int(random.next(5) + 1)).map { _ in
                (0..<3).map { _ in
                    String((0..<Int(random.next(6))).map { _ in alphabet[Int(random.next(UInt64(alphabet.count)))] })
                }
            }
            // A header of plain commas tells the separator, as in a real file.
            let text =
                String(repeating: "h1,h2,h3,h4,h5,h6,h7,h8\n", count: 20)
                + table.map { row in
                    row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
                }.joined()
            #expect(rows(text).rows.dropFirst(20) == table[...], "seed \(seed)")
        }
    }
}

/// SplitMix64, for values that a seed reproduces.
struct SeededValues {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next(_ bound: UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return (mixed ^ (mixed >> 31)) % bound
    }
}
