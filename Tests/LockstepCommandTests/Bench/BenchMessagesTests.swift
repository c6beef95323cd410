import Connectors
import EmbeddedHTTP
import Foundation
import OnceHub
import Testing
import ZenPlanner

@testable import LockstepService
@testable import lockstep

struct BenchMessagesTests {
    private static let time = 1_780_000_000

    private func messages(_ hooks: [BenchHook], people: Int = 7) -> BenchMessages {
        BenchMessages(hooks: hooks, people: people, run: "r", host: "127.0.0.1:8080")
    }

    @Test func `gyms take turns, and a gym with both sources gets every fifth as a booking, of changing people`() {
        let both = BenchHook(gym: "a", token: "t", secret: "s")
        let messages = messages([both, BenchHook(gym: "b", token: "u", secret: nil)], people: 5)
        let all = (0..<500).map { messages.message($0, at: Self.time) }
        #expect(all.count { $0.path == "/hooks/b/zenplanner/u" } == 250)
        #expect(all.count { $0.path == "/hooks/a/zenplanner/t" } == 200)
        let bookings = all.filter { $0.path == "/hooks/a/oncehub" }
        #expect(bookings.count == 50 && bookings.allSatisfy { $0.secret == "s" })
        #expect(Set(bookings.compactMap { $0.body.firstMatch(of: /Person (\d)/)?.1 }).count == 5)
        #expect(Set(bookings.compactMap { $0.body.firstMatch(of: /EVNT-[^"]*/)?.0 }).count == 50, "events are new")
    }

    @Test func `people are marked, and each message about one changes something`() {
        let messages = messages([BenchHook(gym: "a", token: "t", secret: nil)], people: 3)
        var last: [Substring: String] = [:]
        for number in 0..<60 {
            let body = messages.message(number, at: Self.time).body
            #expect(body.contains("personId=lockstep-bench-") && body.contains("%40example.com"))
            let person = body.prefix { $0 != "&" }
            #expect(last[person] != body)
            last[person] = body
        }
        #expect(last.count == 3)
    }

    @Test func `the sources read what is sent`() throws {
        let text = """
            {"gyms": [{"id": "a", "keap": {"baseURL": "http://127.0.0.1:1", "key": "k"},
             "zenPlanner": {"token": "t/t"}, "onceHub": {"secret": "s"}}]}
            """
        let file = FileManager.default.temporaryDirectory.appending(path: "lockstep-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // left behind at worst in the temporary directory
        let configuration = try Configuration.load(file.path)
        let hooks = try BenchHook.all(in: configuration, chosen: [], allowsRealKeap: false)
        #expect(hooks == [BenchHook(gym: "a", token: "t/t", secret: "s")])
        let sources = configuration.gyms[0].sources
        let messages = messages(hooks)
        var (people, bookings) = (0, 0)
        for number in 0..<90 {
            let request = try #require(Self.parsed(messages.request(number, at: Self.time)))
            let source: any Connectors.Source =
                request.path[2] == "oncehub"
                ? try #require(sources[OnceHubSource.self]) : try #require(sources[ZenPlannerSource.self])
            #expect(source.refusal(of: request) == nil)
            guard case .received(let received) = source.receive(request, at: Int64(Self.time)),
                case .change = received.decoded
            else {
                Issue.record("not understood: \(String(decoding: request.body, as: UTF8.self))")
                continue
            }
            if request.path[2] == "oncehub" { bookings += 1 } else { people += 1 }
            #expect(received.unknownFields.isEmpty)
        }
        #expect(people > 60 && bookings > 10)
    }

    /// A request as the service gets it.
    private static func parsed(_ bytes: [UInt8]) -> HTTPRequest? {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.components(separatedBy: "\r\n\r\n")
        let lines = parts[0].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard parts.count == 2, words.count == 3, words[0] == "POST", words[2] == "HTTP/1.1" else { return nil }
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstRange(of: ": ") else { return nil }
            return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
        }
        guard headers.first(where: { $0.name == "Content-Length" })?.value == "\(parts[1].utf8.count)" else {
            return nil
        }
        return HTTPRequest(
            method: "POST",
            path: words[1].split(separator: "/").map { $0.removingPercentEncoding ?? "" },
            headers: HTTPHeaders(headers), body: Array(parts[1].utf8))
    }

    @Test(arguments: [
        ("https://api.infusionsoft.com/crm/rest", false), ("https://keap.example.com", false),
        ("http://127.0.0.1:9090/crm/rest", true), ("https://localhost/crm/rest", true),
    ])
    func `a Keap that is no simulator on this machine is refused, unless it is meant`(
        _ base: String, _ isSimulator: Bool
    ) throws {
        let text = """
            {"gyms": [{"id": "a", "keap": {"baseURL": "http://127.0.0.1:1", "key": "k"}, "zenPlanner": {"token": "t"}},
                      {"id": "b", "keap": {"baseURL": "\(base)", "key": "l"}, "zenPlanner": {"token": "t"}},
                      {"id": "c", "keap": {"baseURL": "http://127.0.0.1:1", "key": "m"}}]}
            """
        let file = FileManager.default.temporaryDirectory.appending(path: "lockstep-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // left behind at worst in the temporary directory
        let configuration = try Configuration.load(file.path)
        func gyms(_ chosen: [String] = [], real: Bool = false) throws(CommandFailure) -> [String] {
            try BenchHook.all(in: configuration, chosen: chosen, allowsRealKeap: real).map(\.gym)
        }
        #expect(try gyms(["a"]) == ["a"])
        #expect(try gyms(real: true) == ["a", "b"])
        #expect(throws: CommandFailure.self) { try gyms(["c"]) }
        #expect(throws: CommandFailure.self) { try gyms(["nowhere"]) }
        if isSimulator {
            #expect(try gyms() == ["a", "b"])
        } else {
            let error = #expect(throws: CommandFailure.self) { try gyms() }
            #expect(error?.sentence.contains("--allow-real-keap") == true && error?.sentence.contains(base) == true)
        }
    }
}
