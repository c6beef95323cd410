import Foundation
import KeapSimulator
import WireFormats
import EmbeddedHTTP

/// The demo's Keap: a simulator in this process, and its control plane as the demo needs it.
struct DemoKeap: Sendable {
    private let keap: SimulatedKeap
    let port: Int

    /// Wide enough that the demo takes seconds, and announced in Keap's headers like any other limit: the service begins
    /// with a key's usual 10 a second and learns better.
    static let limits = SimulatedLimits(
        perSecond: 60, perMinute: 2_400, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)

    /// The OAuth client of the gyms that have no key.
    static let client = "demo"
    static let callback = "/oauth/keap/callback"
    private static let redirect = "http://127.0.0.1\(callback)"

    init(_ gyms: [DemoWorld.Gym]) throws {
        var options = SimulatedKeap.Options()
        options.world.limits = Self.limits
        options.world.clientLimits = Self.limits
        options.world.accounts =
            gyms.filter { !$0.hasClient }.map { AccountSetup(key: $0.key, appName: $0.app) } + [
                AccountSetup(key: DemoBills.key, appName: DemoBills.account)
            ]
        options.world.oauth.clients = [
            OAuthClientSetup(
                id: Self.client, secret: "demo-client-secret", redirectURI: Self.redirect,
                accounts: gyms.filter(\.hasClient).map(\.app))
        ]
        options.world.latencyInMilliseconds = 2...12
        keap = SimulatedKeap(options)
        port = try keap.start()
    }

    func stop() async { await keap.stop() }

    /// Keap's message for the one person whom it refuses.
    static let refusal = "This person cannot be saved"

    var base: String { "http://127.0.0.1:\(port)/crm/rest" }

    /// The client as the configuration has it.
    var clientSettings: [String: Any] {
        [
            "id": Self.client, "clientID": Self.client, "clientSecret": "demo-client-secret",
            "redirectURI": Self.redirect, "authorizeURL": "http://127.0.0.1:\(port)/app/oauth/authorize",
            "tokenURL": "http://127.0.0.1:\(port)/token",
        ]
    }

    /// An account's owner allows access. Returns what their browser takes to the redirect address.
    func consent(to address: String, for account: String) -> String? {
        let items = URLComponents(string: address)?.queryItems ?? []
        let request = SimRequest(
            method: "POST", path: ["app", "oauth", "authorize"],
            query: items.map { (name: $0.name, value: $0.value ?? "") },
            body: FormBody.encoded([(name: "account", value: account)]))
        let location = keap.change { world, now in world.answer(request, at: now).header("Location") }
        return location.flatMap { URLComponents(string: $0)?.percentEncodedQuery }
    }

    // MARK: Bills

    /// A person or Keap itself does something to the bills of the gym that has some.
    func bill(_ deed: BillingDeed, daysAgo: Double) throws -> BillingResult {
        let result = keap.change { world, now in
            Result { () throws(Refusal) in
                try world.bill(deed, in: DemoBills.key, at: now.advanced(byMilliseconds: -Int64(daysAgo * 86_400_000)))
            }
        }
        return try result.get()
    }

    func day(daysAgo: Double) -> CivilDay {
        keap.change { _, now in now.advanced(byMilliseconds: -Int64(daysAgo * 86_400_000)).civilDay }
    }

    func plans(of product: Int) -> [Int] {
        keap.change { world, _ in
            world.accounts[DemoBills.account]?.billing.products[product]?.plans.map(\.id) ?? []
        }
    }

    func contact(_ name: String) -> Int {
        let made = post(
            "accounts", DemoBills.key, "contacts",
            json: [
                "given_name": name, "family_name": "Lee",
                "email_addresses": [["field": "EMAIL1", "email": "\(name.lowercased())@harbor.example"]],
            ])
        return Int("\(made["id"] ?? "")") ?? 0
    }

    func get(_ path: String..., query: [(name: String, value: String)] = []) -> [String: Any] {
        object(control("GET", path, query, body: nil))
    }

    @discardableResult
    func post(_ path: String..., json: [String: Any]) -> [String: Any] {
        // Texts, numbers and lists of them, made here.
        object(control("POST", path, [], body: try! JSONSerialization.data(withJSONObject: json)))
    }

    private func control(
        _ method: String, _ path: [String], _ query: [(name: String, value: String)], body: Data?
    ) -> [UInt8] {
        let bytes = body.map { Array($0) } ?? []
        return keap.change { world, now in
            let request = SimRequest(method: method, path: path, query: query, headers: [], body: bytes)
            return world.control(request, at: now).body
        }
    }

    private func object(_ bytes: [UInt8]) -> [String: Any] {
        let value = try? JSONSerialization.jsonObject(with: Data(bytes))  // an empty body is no object
        return value as? [String: Any] ?? [:]
    }
}
