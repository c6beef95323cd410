import ConfigurationReading
import Testing

@testable import LockstepService

struct ConfigurationProblemTests {
    @Test(arguments: [
        (#"{"lisen": "x", "gyms": [{"id": "a", "keap": {"key": "k"}}]}"#, "lisen", "listen"),
        (gym(#""afterdeath": "park""#), "gyms[0].afterdeath", "afterDead"),
        (gym(keap: #""baseUrl": "https://x.y""#), "gyms[0].keap.baseUrl", "baseURL"),
        (gym(keap: #""limits": {"perHour": 1}"#), "gyms[0].keap.limits.perHour", "perDay"),
        (gym(#""zenPlanner": {"token": "t", "feilds": {}}"#), "gyms[0].zenPlanner.feilds", "fields"),
        (
            gym(#""zenPlanner": {"token": "t", "fields": {"personid": "x"}}"#), "gyms[0].zenPlanner.fields.personid",
            "personId"
        ),
        (gym(#""onceHub": {"secret": "s", "sercets": []}"#), "gyms[0].onceHub.sercets", "secrets"),
        (gym(#""sync": {"slot": {}}"#), "gyms[0].sync.slot", "slots"),
        (gym(#""sync": {"policies": {"adress": "ignore"}}"#), "gyms[0].sync.policies.adress", "address"),
        (gym(#""zenPlanner": {"token": {"environment": "T"}}"#), "gyms[0].zenPlanner.token.environment", "env"),
        (
            #"{"journal": {"unsynced": 1}, "gyms": [{"id": "a", "keap": {"key": "k"}}]}"#, "journal.unsynced",
            "unsyncedLimit"
        ),
    ])
    func `an unknown key is named with the nearest known one`(text: String, path: String, nearest: String) {
        #expect(kinds(text) == [Found(path, .unknownKey(nearest: nearest))])
        #expect(problems(text).first?.description.contains("\"\(nearest)\"") == true)
    }

    @Test(arguments: [
        (#"{"listen": 8080, "gyms": [{"id": "a", "keap": {"key": "k"}}]}"#, "listen", "a text", "a number"),
        (#"{"gyms": {}}"#, "gyms", "a list", "an object"),
        (#"{"gyms": ["a"]}"#, "gyms[0]", "an object", "a text"),
        (#"[]"#, "", "an object", "a list"),
        (gym(keap: #""concurrency": "8""#), "gyms[0].keap.concurrency", "a whole number", "a text"),
        (gym(keap: #""concurrency": 1.5"#), "gyms[0].keap.concurrency", "a whole number", "a number"),
        (gym(keap: #""timeout": true"#), "gyms[0].keap.timeout", "a number of seconds", "true or false"),
        (gym(#""name": ["x"]"#), "gyms[0].name", "a text", "a list"),
        (
            gym(#""zenPlanner": {"token": "t", "fields": {"email": 1}}"#), "gyms[0].zenPlanner.fields.email",
            "a text or a list of texts", "a number"
        ),
        (
            gym(#""zenPlanner": {"token": "t", "fields": {"email": ["a", null]}}"#),
            "gyms[0].zenPlanner.fields.email[1]",
            "a text", "null"
        ),
    ])
    func `a value of the wrong type is named with both types`(
        text: String, path: String, expected: String, found: String
    ) {
        #expect(kinds(text) == [Found(path, .wrongType(expected: expected, found: found))])
    }

    @Test(arguments: [
        (#"{}"#, "gyms"), (#"{"gyms": [{"keap": {"key": "k"}}]}"#, "gyms[0].id"),
        (#"{"gyms": [{"id": "a"}]}"#, "gyms[0].keap"),
        (#"{"gyms": [{"id": "a", "keap": {}}]}"#, "gyms[0].keap.key"),
        (gym(#""zenPlanner": {}"#), "gyms[0].zenPlanner.token"),
    ])
    func `what must be there is named when it is missing`(text: String, path: String) {
        #expect(kinds(text) == [Found(path, .missing)])
    }

    @Test(arguments: [
        (#"{"gyms": []}"#, "gyms"), (gym(#""name": " ""#), "gyms[0].name"),
        (gym(#""sync": {"optInReason": ""}"#), "gyms[0].sync.optInReason"),
        (gym(#""zenPlanner": {"token": ""}"#), "gyms[0].zenPlanner.token"),
        (gym(#""zenPlanner": {"token": "t", "fields": {"email": "- _"}}"#), "gyms[0].zenPlanner.fields.email"),
    ])
    func `what must not be empty is named`(text: String, path: String) {
        #expect(kinds(text) == [Found(path, .empty)])
    }

    @Test(arguments: [
        (gym(keap: #""concurrency": 0"#), "gyms[0].keap.concurrency", "1 to 64"),
        (gym(keap: #""concurrency": 65"#), "gyms[0].keap.concurrency", "1 to 64"),
        (gym(keap: #""timeout": 0.5"#), "gyms[0].keap.timeout", "1.0 to 600.0"),
        (gym(keap: #""timeout": 1e300"#), "gyms[0].keap.timeout", "1.0 to 600.0"),
        (gym(keap: #""limits": {"perSecond": 0}"#), "gyms[0].keap.limits.perSecond", "1 to"),
        (gym(keap: #""limits": {"perDay": -1}"#), "gyms[0].keap.limits.perDay", "1 to"),
        (#"{"stopGrace": -1, "gyms": [{"id": "a", "keap": {"key": "k"}}]}"#, "stopGrace", "0.0 to 600.0"),
    ])
    func `a number out of its range is named with the range`(text: String, path: String, range: String) throws {
        let problem = try #require(problems(text).first)
        #expect(problem.path == path)
        #expect(problem.description.contains(range))
        #expect(problems(text).count == 1)
    }

    @Test func `a choice that is none is named with the choices and the nearest`() {
        #expect(
            kinds(gym(#""afterDead": "Park""#)) == [
                Found("gyms[0].afterDead", .notOneOf(choices: ["continue", "park"], nearest: "park"))
            ])
        #expect(
            kinds(gym(#""zenPlanner": {"token": "t", "dateOrder": "DD.MM.YYYY"}"#)) == [
                Found(
                    "gyms[0].zenPlanner.dateOrder",
                    .notOneOf(choices: ["MM/DD/YYYY", "DD/MM/YYYY"], nearest: "DD/MM/YYYY"))
            ])
    }

    @Test(arguments: [
        ("ftp://example.com", "not an address"), ("http://api.example.com/crm/rest", "plain http is for loopback"),
        ("http://localhost.example.com", "plain http is for loopback"),
        ("https://user:pw@example.com", "not an address"),
        ("example.com", "not an address"), ("https://example.com/crm/rest/v2", "before the version"),
    ])
    func `a base address that would not do is refused`(base: String, reason: String) throws {
        let problem = try #require(problems(gym(keap: "\"baseURL\": \"\(base)\"")).first)
        #expect(problem.path == "gyms[0].keap.baseURL")
        #expect(problem.description.contains(reason))
    }

    @Test(arguments: ["https://example.com", "http://localhost:8085/crm/rest", "http://[::1]:8085", "http://127.0.0.2"])
    func `a safe base address is taken`(base: String) {
        #expect(problems(gym(keap: "\"baseURL\": \"\(base)\"")) == [])
    }

    @Test(arguments: ["Downtown", "down town", "-a", ".", "", "größe", "a/b", String(repeating: "a", count: 64)])
    func `a gym's id must be a slug`(id: String) {
        #expect(kinds(#"{"gyms": [{"id": "\#(id)", "keap": {"key": "k"}}]}"#) == [Found("gyms[0].id", .notASlug)])
    }

    @Test(arguments: ["a", "9", "gym-1", "gym_1", "north.side", String(repeating: "a", count: 63)])
    func `a slug is taken as a gym's id`(id: String) throws {
        #expect(try read(#"{"gyms": [{"id": "\#(id)", "keap": {"key": "k"}}]}"#).gyms.map(\.id.description) == [id])
    }

    @Test func `two gyms of one id are refused`() throws {
        let gym = #"{"id": "a", "keap": {"key": "k"}}"#
        let problem = try #require(problems(#"{"gyms": [\#(gym), \#(gym)]}"#).first)
        #expect(problem.path == "gyms[1]")
        #expect(problem.description.contains("\"a\" is also that of gyms[0]"))
    }

    @Test func `an oauth object is told where OAuth clients belong, and no key is asked for beside it`() {
        let text = #"{"gyms": [{"id": "a", "keap": {"oauth": {"clientID": "x"}}}]}"#
        #expect(problems(text).map(\.path) == ["gyms[0].keap.oauth"])
        let advice = "an OAuth client is an entry of keapClients, which client names"
        #expect(problems(text).first?.description.contains(advice) == true)
    }

    @Test(arguments: [("0.0.0.0:8081", false), (":8081", false), ("10.0.0.1:8081", false), ("127.0.0.1:8081", true)])
    func `an admin address that others reach needs a token`(address: String, isFine: Bool) {
        let gyms = #""gyms": [{"id": "a", "keap": {"key": "k"}}]"#
        #expect(
            kinds("{\"admin\": \"\(address)\", \(gyms)}") == (isFine ? [] : [Found("admin", .adminUnprotected)]))
        #expect(kinds("{\"admin\": \"\(address)\", \"adminToken\": \"t\", \(gyms)}") == [])
    }

    @Test func `intake and admin cannot share an address`() {
        let gyms = #""gyms": [{"id": "a", "keap": {"key": "k"}}]"#
        #expect(kinds(#"{"listen": "127.0.0.1:8081", \#(gyms)}"#) == [Found("listen", .sameAs(path: "admin"))])
        #expect(kinds(#"{"admin": "127.0.0.1:8080", \#(gyms)}"#) == [Found("admin", .sameAs(path: "listen"))])
        // Port 0 is another port each time.
        #expect(kinds(#"{"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", \#(gyms)}"#) == [])
    }

    @Test(arguments: ["8080", "127.0.0.1:99999", "::1:80", "127.0.0.1:"])
    func `an address that cannot be listened on is refused`(address: String) {
        let text = #"{"listen": "\#(address)", "gyms": [{"id": "a", "keap": {"key": "k"}}]}"#
        #expect(problems(text).map(\.path) == ["listen"])
    }

    @Test(arguments: [
        (#""status": "Student""#, "status", "must contain {status}"),
        (#""program": "{status}""#, "program", "must contain {program}"),
        (#""status": "{program} {status}""#, "status", "stands for nothing"),
        (#""program": "{program} {status} {status}""#, "program", "more than once"),
    ])
    func `a tag's name must tell its tags apart`(tag: String, key: String, reason: String) throws {
        let problem = try #require(problems(gym("\"sync\": {\"tags\": {\(tag)}}")).first)
        #expect(problem.path == "gyms[0].sync.tags.\(key)")
        #expect(problem.description.contains(reason))
    }

    @Test func `custom fields need labels of their own`() {
        let text = gym(#""sync": {"customFields": {"signupDate": "zen planner id"}}"#)
        #expect(problems(text).map(\.path) == ["gyms[0].sync.customFields"])
    }

    @Test(arguments: ["US", "usa", "United States", "U1A"])
    func `a default country is three capital letters`(code: String) {
        #expect(
            problems(gym("\"sync\": {\"defaultCountry\": \"\(code)\"}")).map(\.path) == ["gyms[0].sync.defaultCountry"])
    }

    @Test func `one field name for two fields of a message is refused`() {
        #expect(
            kinds(gym(#""zenPlanner": {"token": "t", "fields": {"email": "mail", "city": ["x", "MAIL"]}}"#)) == [
                Found("gyms[0].zenPlanner.fields.city", .sameAs(path: "gyms[0].zenPlanner.fields.email"))
            ])
        #expect(kinds(gym(#""zenPlanner": {"token": "t", "fields": {"personId": "id", "programId": "id"}}"#)) == [])
    }

    @Test func `all problems are told at once, in the file's order, each with its place`() {
        let text = """
            {
              "listen": "nowhere",
              "gyms": [
                {"id": "A", "keap": {"key": "k", "tiemout": 3}, "after": "park"}
              ]
            }
            """
        #expect(throws: ConfigurationError.self) { try read(text) }
        do {
            _ = try read(text)
        } catch {
            let lines = error.description.split(separator: "\n")
            #expect(lines.count == 4)
            #expect(lines[0].hasPrefix("lockstep.json:2:13: listen: \"nowhere\" has no port"))
            #expect(lines[1].hasPrefix("lockstep.json:4:12: gyms[0].id must be a short name"))
            #expect(lines[2].hasPrefix("lockstep.json:4:38: gyms[0].keap.tiemout is not a known key"))
            #expect(lines[2].hasSuffix("the nearest known one is \"timeout\""))
            #expect(lines[3].hasPrefix("lockstep.json:4:53: gyms[0].after is not a known key"))
        }
    }

    @Test(arguments: [
        (#""tags": {"generic": "Booked"}"#, "tags.generic", "the name must contain {status}"),
        (#""tags": {"specific": "{status}"}"#, "tags.specific", "the name must contain {booking}"),
        (
            #""tags": {"generic": "{status} {booking}"}"#, "tags.generic",
            "the name contains {booking}, which stands for nothing here"
        ),
    ])
    func `a name of a booking's tag must tell tags apart`(text: String, path: String, reason: String) {
        let found = kinds(gym("\"onceHub\": {\"secret\": \"s\", \(text)}"))
        #expect(found == [Found("gyms[0].onceHub.\(path)", .notUsable(reason: reason))])
    }

    @Test(arguments: [
        (#""secrets": []"#, "secrets", ConfigurationProblem.Kind.empty),
        (#""ownTags": [{"phases": ["completed"]}]"#, "ownTags[0].tag", .missing),
        (#""ownTags": [{"tag": "x"}]"#, "ownTags[0].phases", .missing),
        (#""ownTags": [{"tag": "x", "phases": []}]"#, "ownTags[0].phases", .empty),
        (#""tags": {"history": "yes"}"#, "tags.history", .wrongType(expected: "true or false", found: "a text")),
        (
            #""ownTags": [{"tag": "no-SHOW", "phases": "noShow"}]"#, "ownTags",
            .notUsable(reason: "\"no-SHOW\" is already a tag for what bookings come to")
        ),
        (#""tolerance": 5"#, "tolerance", .outOfRange("a number of seconds from 60.0 to 31536000.0")),
    ])
    func `what is wrong about bookings is named`(text: String, path: String, kind: ConfigurationProblem.Kind) {
        #expect(kinds(gym("\"onceHub\": {\"secret\": \"s\", \(text)}")) == [Found("gyms[0].onceHub.\(path)", kind)])
    }

    @Test func `there are at most eight secrets, and a phase is one of ten`() {
        let many = (0..<9).map { "\"s\($0)\"" }.joined(separator: ",")
        #expect(
            kinds(gym("\"onceHub\": {\"secrets\": [\(many)]}"))
                == [Found("gyms[0].onceHub.secrets", .outOfRange("at most 8 secrets"))])
        let text = gym(#""onceHub": {"secret": "s", "ownTags": [{"tag": "x", "phases": "noshow"}]}"#)
        #expect(problems(text).first?.description.contains("noShow") == true)
    }
}
