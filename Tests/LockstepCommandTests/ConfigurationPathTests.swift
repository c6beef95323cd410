import Testing

@testable import lockstep

struct ConfigurationPathTests {
    @Test func `the environment names the configuration, then this directory, then the system`() {
        func found(_ environment: [String: String], _ files: Set<String>) -> String? {
            ConfigurationPath.find(environment: environment) { files.contains($0) }?.file
        }
        let both: Set = ["lockstep.json", "/etc/lockstep/lockstep.json"]
        #expect(found(["LOCKSTEP_CONFIG": "/a/b.json"], both) == "/a/b.json", "also where it is missing")
        #expect(found(["LOCKSTEP_CONFIG": ""], both) == "lockstep.json")
        #expect(found([:], both) == "lockstep.json")
        #expect(found([:], ["/etc/lockstep/lockstep.json"]) == "/etc/lockstep/lockstep.json")
        #expect(found([:], []) == nil)
    }

    @Test(arguments: [
        ("sevre", "serve"), ("jbos", "jobs"), ("gym", "gyms"), ("reytr", "retry"), ("xyzzy", nil), ("", nil),
    ])
    func `the nearest command is suggested if one is near`(_ word: String, _ nearest: String?) {
        #expect(Suggestion.of(word, among: ["serve", "jobs", "gyms", "retry"]) == nearest)
    }

    @Test func `an unknown option is known to the error, whether or not it has a value`() {
        for word in ["--gyms", "--gyms=a"] {
            let error = #expect(throws: UsageError.self) { try Arguments([word]).finish() }
            #expect(error?.option == "--gyms")
        }
    }

    @Test func `colours are only where they are wanted, and change no width`() {
        #expect(TextStyle.isWanted(["TERM": "xterm"]) && TextStyle.isWanted(["NO_COLOR": ""]))
        #expect(!TextStyle.isWanted(["NO_COLOR": "1"]) && !TextStyle.isWanted(["TERM": "dumb"]))
        let row = GymRow(
            id: "downtown", name: "Down\u{1B}town", isConfigured: true, isPaused: false,
            jobs: ["dead": 2, "waiting": 3],
            oldestPendingAt: nil, needsAttention: 1, keap: .init(circuit: "open", reason: "503"))
        let plain = GymRow.table([row])
        #expect(
            plain == """
                GYM       NAME       WAITING  RUNNING  DEAD  ATTENTION  KEAP
                downtown  Down town        3        0     2          1  open: 503
                """)
        let styled = GymRow.table([row], isStyled: true)
        #expect(styled.contains("\u{1B}[31m2\u{1B}[0m"))
        #expect(styled.replacing(/\u{1B}\[\d+m/, with: "") == plain)
    }
}
