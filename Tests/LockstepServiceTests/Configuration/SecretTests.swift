import ZenPlanner
import ConfigurationReading
import Testing

@testable import LockstepService

struct SecretTests {
    private func token(_ secret: String) -> String { gym("\"zenPlanner\": {\"token\": \(secret)}") }
    private let path = "gyms[0].zenPlanner.token"

    @Test func `a secret is a text, a variable or a file`() throws {
        let environment = ["ZP": " from-environment\n"]
        let files = ["/run/zp": "from-file\r\n"]
        for (secret, text) in [
            (#""plain""#, "plain"), (#"{"env": "ZP"}"#, "from-environment"), (#"{"file": "/run/zp"}"#, "from-file"),
        ] {
            let gym = try read(token(secret), environment: environment, files: files).gyms.first
            #expect(gym?.zenPlanner?.token?.text == text)
        }
    }

    @Test func `a secret that is not there is named by its variable or file`() {
        let environment = ["EMPTY": " "]
        let files = ["/run/empty": "\n"]
        for (secret, kind) in [
            (#"{"env": "ZP"}"#, ConfigurationProblem.Kind.environmentMissing(variable: "ZP")),
            (#"{"env": "EMPTY"}"#, .environmentEmpty(variable: "EMPTY")),
            (#"{"file": "/run/zp"}"#, .secretFile(path: "/run/zp", reason: "does not exist")),
            (#"{"file": "/run/empty"}"#, .secretFile(path: "/run/empty", reason: "is empty")),
        ] {
            #expect(kinds(token(secret), environment: environment, files: files) == [Found(path, kind)])
        }
        #expect(problems(token(#"{"env": "ZP"}"#)).first?.description.contains("variable ZP is not set") == true)
    }

    @Test(arguments: [#"{"env": "A", "file": "B"}"#, "{}", "7", "[]", "true"])
    func `another form is none`(secret: String) {
        #expect(kinds(token(secret), environment: ["A": "x"]) == [Found(path, .secretForm)])
    }

    @Test(arguments: [#""two words""#, #""two\nlines""#, #""nul\u0000""#])
    func `a secret that would break a header is refused`(secret: String) {
        #expect(kinds(token(secret)) == [Found(path, .secretUnusable)])
    }

    @Test func `the name of a variable must be a text`() {
        #expect(
            kinds(token(#"{"env": 7}"#)) == [Found("\(path).env", .wrongType(expected: "a text", found: "a number"))])
    }

    @Test func `the secret of a source must be there, and well formed`() {
        #expect(
            kinds(gym(#""onceHub": {"secret": {"env": "NOT_THERE"}}"#))
                == [Found("gyms[0].onceHub.secret", .environmentMissing(variable: "NOT_THERE"))])
        #expect(kinds(gym(#""onceHub": {}"#)) == [Found("gyms[0].onceHub.secret", .missing)])
        #expect(kinds(gym(#""onceHub": {"secret": 7}"#)) == [Found("gyms[0].onceHub.secret", .secretForm)])
    }

    @Test func `nothing that prints a configuration prints a secret`() throws {
        let configuration = try read(
            #"""
            {"adminToken": "SECRET-1", "gyms": [
                {"id": "a", "keap": {"key": "SECRET-2"}, "zenPlanner": {"token": "SECRET-3-0123456789"}}]}
            """#)
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(text.contains("ZenPlannerSource"))
            #expect(!text.contains("SECRET"))
        }
    }

    @Test func `no problem repeats a secret`() {
        let text = #"{"gyms": [{"id": "a", "keap": {"key": "SECRET two"}, "zenPlanner": {"token": "SECRET\n"}}]}"#
        #expect(problems(text).count == 2)
        #expect(!problems(text).map(\.description).joined().contains("SECRET"))
    }
}
