@testable import KeapSimulator

/// A client of one account, holding the world and its clock in the hand.
final class Caller {
    static let noon = WorldTime(strict: "2026-03-02T12:00:00.000Z")!

    var world: KeapWorld
    var now = Caller.noon
    var key = "key"

    init(limits: SimulatedLimits = .none, _ adjust: (inout WorldOptions) -> Void = { _ in }) {
        var options = WorldOptions()
        options.accounts = [AccountSetup(key: "key", appName: "gym.infusionsoft.com", limits: limits)]
        adjust(&options)
        world = KeapWorld(options)
    }

    /// `path` begins with the version and may carry a query, already decoded.
    func call(_ method: String, _ path: String, _ body: JSON? = nil) -> SimAnswer {
        world.answer(request(method, path, body), at: now)
    }

    func begin(_ method: String, _ path: String, _ body: JSON? = nil) -> Int {
        world.begin(request(method, path, body), at: now).number
    }

    func control(_ method: String, _ path: String, _ body: JSON? = nil) -> SimAnswer {
        world.control(SimRequest(method: method, "/_simulator" + path, body: body), at: now)
    }

    func request(_ method: String, _ path: String, _ body: JSON? = nil) -> SimRequest {
        SimRequest(method: method, "/crm/rest" + path, headers: [("X-Keap-API-Key", key)], body: body)
    }

    func wait(seconds: Double) { now.nanoseconds += Int64((seconds * 1e9).rounded()) }

    var account: Account { world.accounts["gym.infusionsoft.com"]! }

    /// Creates a contact and answers its id.
    func contact(_ first: String = "Ada", _ last: String = "Byron", email: String? = nil) -> Int {
        let email = email ?? "\(first).\(last)@example.com"
        let body: JSON = [
            "given_name": .string(first), "family_name": .string(last),
            "email_addresses": [["field": "EMAIL1", "email": .string(email)]],
        ]
        return call("POST", "/v2/contacts", body).json?["id"]?.id ?? 0
    }

    func tag(_ name: String) -> Int {
        call("POST", "/v2/tags", ["name": .string(name)]).json?["id"]?.id ?? 0
    }

    func field(_ label: String, type: String = "TEXT") -> CustomField? {
        let answer = call(
            "POST", "/v2/contacts/model/customFields", ["label": .string(label), "field_type": .string(type)])
        return answer.json?["id"]?.id.flatMap { account.fields[$0] }
    }

    /// The ids that a search finds, or nil if it was refused.
    func found(_ filter: String) -> [Int]? {
        call("GET", "/v2/contacts?fields=id&filter=" + filter).json?["contacts"]?.items?.compactMap { $0["id"]?.id }
    }
}

extension SimRequest {
    init(method: String, _ address: String, headers: [(name: String, value: String)] = [], body: JSON? = nil) {
        let parts = address.split(separator: "?", maxSplits: 1)
        let query = (parts.count == 2 ? parts[1] : "").split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(sides[0]), value: sides.count == 2 ? String(sides[1]) : "")
        }
        self.init(
            method: method,
            path: parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init),
            query: query, headers: headers, body: body?.bytes ?? [])
    }
}
