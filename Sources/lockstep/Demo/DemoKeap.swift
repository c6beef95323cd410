import Foundation
import KeapSimulator
import EmbeddedHTTP

/// The demo's Keap: a simulator in this process, and its control plane as the demo needs it.
struct DemoKeap: Sendable {
    private let keap: SimulatedKeap
    let port: Int

    /// Wide enough that the demo takes seconds, and announced in Keap's headers like any other limit: the service begins
    /// with a key's usual 10 a second and learns better.
    static let limits = SimulatedLimits(
        perSecond: 60, perMinute: 2_400, perDay: 30_000, tenantPerMinute: 10_000, tenantPerDay: 250_000)

    init(accounts: [(key: String, app: String)]) throws {
        var options = SimulatedKeap.Options()
        options.world.limits = Self.limits
        options.world.accounts = accounts.map { AccountSetup(key: $0.key, appName: $0.app) }
        options.world.latencyInMilliseconds = 2...12
        keap = SimulatedKeap(options)
        port = try keap.start()
    }

    func stop() async { await keap.stop() }

    /// Keap's message for the one person whom it refuses.
    static let refusal = "This person cannot be saved"

    var base: String { "http://127.0.0.1:\(port)/crm/rest" }

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
