import Testing

@testable import lockstep

struct ArgumentsTests {
    /// The sentence of the usage error that `body` ends with.
    private func complaint(_ words: [String], _ body: (inout Arguments) throws(UsageError) -> Void) -> String? {
        var arguments = Arguments(words)
        do {
            try body(&arguments)
            return nil
        } catch {
            return error.sentence
        }
    }

    private func json(in arguments: inout Arguments) -> Bool { arguments.flag("--json") }

    @Test(arguments: [["--gym", "downtown"], ["--gym=downtown"]])
    func `both spellings of an option mean the same`(_ words: [String]) throws {
        var arguments = Arguments(words)
        #expect(try arguments.option("--gym") == "downtown")
        try arguments.finish()
    }

    @Test func `only the first equals sign parts name and value`() throws {
        var arguments = Arguments(["--admin=http://127.0.0.1:1/?a=b", "key=value"])
        #expect(try arguments.option("--admin") == "http://127.0.0.1:1/?a=b")
        #expect(try arguments.positional("a word") == "key=value")
    }

    @Test func `an option that is not given is nil, and options may come in any order`() throws {
        var arguments = Arguments(["5", "--json", "--gym", "a"])
        #expect(try arguments.option("--state") == nil)
        #expect(try arguments.option("--gym") == "a")
        #expect(json(in: &arguments))
        #expect(arguments.optionalPositional() == "5")
        try arguments.finish()
    }

    @Test(arguments: [
        ["--config"], ["--config", "--json"], ["--config="], ["--config", ""], ["--config", "--", "x"],
    ])
    func `an option without its value is an error, and never takes the next option for it`(_ words: [String]) {
        let sentence = complaint(words) { (a) throws(UsageError) in _ = try a.option("--config") }
        #expect(sentence == "--config needs a value")
    }

    @Test func `a value that looks like an option can be given behind an equals sign`() throws {
        var arguments = Arguments(["--gym=--json"])
        #expect(try arguments.option("--gym") == "--json")
        #expect(!json(in: &arguments))
    }

    @Test(arguments: [["--gym", "a", "--gym", "b"], ["--gym=a", "--gym", "a"]])
    func `an option given twice is an error where one value counts`(_ words: [String]) {
        #expect(complaint(words) { (a) throws(UsageError) in _ = try a.option("--gym") } == "--gym is given twice")
    }

    @Test func `where several values count, all are taken in their order`() throws {
        var arguments = Arguments(["--key", "a", "x", "--key=b"])
        #expect(try arguments.options("--key") == ["a", "b"])
        #expect(arguments.positionals() == ["x"])
        try arguments.finish()
    }

    @Test func `a flag given twice is one flag`() throws {
        var arguments = Arguments(["--json", "--json"])
        #expect(json(in: &arguments))
        #expect(!json(in: &arguments))
        try arguments.finish()
    }

    @Test func `a flag takes no value`() {
        #expect(
            complaint(["--json=yes"]) { (a) throws(UsageError) in
                _ = a.flag("--json")
                try a.finish()
            } == "there is no option --json with a value here")
    }

    @Test(arguments: [
        (["--colour"], "there is no option --colour here"), (["-x"], "there is no option -x here"),
        (["more"], "“more” is one word too many"), (["--", "--json"], "“--json” is one word too many"),
    ])
    func `a word that no command took is an error`(_ words: [String], _ sentence: String) {
        #expect(complaint(words) { (a) throws(UsageError) in try a.finish() } == sentence)
    }

    @Test func `behind two dashes nothing is an option`() throws {
        var arguments = Arguments(["--json", "--", "--json", "-x", "--a=b"])
        #expect(json(in: &arguments))
        #expect(arguments.positionals() == ["--json", "-x", "--a=b"])
        try arguments.finish()
    }

    @Test func `two dashes alone are nothing`() throws {
        let arguments = Arguments(["--"])
        #expect(arguments.isEmpty)
        try arguments.finish()
    }

    @Test func `a single dash is a word`() throws {
        var arguments = Arguments(["-"])
        #expect(arguments.optionalPositional() == "-")
    }

    @Test func `a word that must be there and is not is named`() {
        #expect(
            complaint(["--json"]) { (a) throws(UsageError) in _ = try a.positional("the directory") }
                == "the directory is missing")
    }

    @Test(arguments: [("1", 1), ("100", 100), ("+7", 7)])
    func `a number within its range is read`(_ text: String, _ number: Int) throws {
        var arguments = Arguments(["--limit", text])
        #expect(try arguments.number("--limit", in: 1...100) == number)
    }

    @Test(arguments: ["0", "101", "-1", "ten", "1.5", "99999999999999999999"])
    func `what is no number, or not within the range, is an error that names the range`(_ text: String) {
        #expect(
            complaint(["--limit", text]) { (a) throws(UsageError) in _ = try a.number("--limit", in: 1...100) }
                == "--limit takes a whole number from 1 to 100, not “\(text)”")
    }
}
