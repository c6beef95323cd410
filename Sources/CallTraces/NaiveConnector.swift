import KeapSimulator

/// Counts the calls of a naive connector, on a Keap of its own that has no limits.
///
/// It does what most do: search the contact, read its tags, take each old one off, put each new one on, and write all
/// fields, whatever has changed.
struct NaiveConnector {
    private(set) var calls = 0
    private var world: KeapWorld
    private var tags: [String: Int] = [:]
    private var people: [String: Int] = [:]

    private static let key = "naive"

    init() {
        var options = WorldOptions()
        options.accounts = [
            AccountSetup(key: Self.key, appName: "naive.infusionsoft.com", limits: SimulatedLimits.none)
        ]
        options.rememberedRequests = 1
        options.rememberedEventsPerContact = 1
        world = KeapWorld(options)
    }

    /// Tags are looked up once and then known, also to this one.
    mutating func deliver(_ content: Trace.Content, forgetting isWarmUp: Bool = false) {
        switch content {
        case .member(let member), .imported(let member): deliver(member)
        case .programDeleted(let program): delete(program)
        }
        if isWarmUp { calls = 0 }
    }

    private mutating func deliver(_ member: Member) {
        _ = call("GET", "contacts", [("filter", "email==\(member.email)"), ("fields", "id")])
        let fields: [(String, JSON)] = [
            ("given_name", .string(member.firstName)), ("family_name", .string(member.lastName)),
            ("birth_date", .string(member.birthDate)),
            ("email_addresses", [["field": "EMAIL1", "email": .string(member.email)]]),
            ("phone_numbers", [["field": "PHONE1", "number": .string(member.mobilePhone)]]),
        ]
        guard let id = people[member.id] else {
            let answer = call("POST", "contacts", [], object(fields))
            people[member.id] = answer.json?["id"]?.text.flatMap { Int($0) }
            for name in member.tags.sorted() { apply(name, to: people[member.id]!) }
            return
        }
        let worn = call("GET", "contacts/\(id)", [("fields", "tag_ids")]).json?["tag_ids"]?.items ?? []
        let names = Dictionary(uniqueKeysWithValues: tags.map { ($1, $0) })
        let wornNames = Set(worn.compactMap { $0.text.flatMap { Int($0) }.flatMap { names[$0] } })
        for name in wornNames.subtracting(member.tags).sorted() { remove(name, from: id) }
        for name in member.tags.subtracting(wornNames).sorted() { apply(name, to: id) }
        _ = call("PATCH", "contacts/\(id)", [("update_mask", fields.map(\.0).joined(separator: ","))], object(fields))
    }

    /// One page after the other of those who have the tag, and one call for each of them.
    private mutating func delete(_ program: Member.Program) {
        for (name, tag) in tags.sorted(by: { $0.key < $1.key }) where name.hasPrefix("ZP Program: \(program.name) - ") {
            var page: String?
            var wearers: [Int] = []
            repeat {
                let query = [("page_size", "1000")] + (page.map { [("page_token", $0)] } ?? [])
                let answer = call("GET", "tags/\(tag)/contacts", query).json
                wearers += (answer?["contacts"]?.items ?? []).compactMap { $0["id"]?.text.flatMap { Int($0) } }
                page = answer?["next_page_token"]?.text.flatMap { $0.isEmpty ? nil : $0 }
            } while page != nil
            for contact in wearers { remove(name, from: contact) }
            _ = call("PATCH", "tags/\(tag)", [("update_mask", "name")], ["name": .string("zp_deleted_" + name)])
            tags[name] = nil
        }
    }

    private mutating func apply(_ name: String, to contact: Int) {
        if tags[name] == nil {
            let answer = call("POST", "tags", [], ["name": .string(name)])
            tags[name] = answer.json?["id"]?.text.flatMap { Int($0) }
        }
        let body: JSON = ["contact_ids": [.string(String(contact))]]
        _ = call("POST", "tags/\(tags[name]!)/contacts:applyTags", [], body)
    }

    private mutating func remove(_ name: String, from contact: Int) {
        let body: JSON = ["contact_ids": [.string(String(contact))]]
        _ = call("POST", "tags/\(tags[name]!)/contacts:removeTags", [], body)
    }

    private func object(_ fields: [(String, JSON)]) -> JSON {
        .object(fields.map { JSON.Member(name: $0.0, value: $0.1) })
    }

    private mutating func call(
        _ method: String, _ path: String, _ query: [(String, String)], _ body: JSON? = nil
    ) -> SimAnswer {
        calls += 1
        let request = SimRequest(
            method: method, path: ["crm", "rest", "v2"] + path.split(separator: "/").map(String.init),
            query: query.map { (name: $0.0, value: $0.1) },
            headers: [("X-Keap-API-Key", Self.key), ("Content-Type", "application/json")], body: body?.bytes ?? [])
        let answer = world.answer(request, at: WorldTime(milliseconds: 1_700_000_000_000))
        precondition((200..<300).contains(answer.status), "\(method) \(path): \(answer.status)")
        return answer
    }
}
