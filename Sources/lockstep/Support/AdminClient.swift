import ConfigurationReading
import Foundation
import EmbeddedHTTP
import LockstepService
import OutboundAPI

/// Talks to a running service over its admin address.
struct AdminClient {
    private let base: URL
    private let token: String?

    static let optionsHelp = """
          --config FILE    find the running service by its configuration (its admin address and token); without it by
                           LOCKSTEP_CONFIG, ./lockstep.json or /etc/lockstep/lockstep.json
          --admin URL      or name the admin address, such as http://127.0.0.1:8081
          --token TOKEN    the admin token, where one is set; otherwise it is read where --config FILE says
        """

    /// The options that say where the service is. Resolved later, so that usage errors come first.
    struct Address {
        fileprivate var config: String?
        fileprivate var admin: String?
        fileprivate var token: String?

        init(config: String) { self.config = config }

        /// Nil without `--admin`.
        init?(admin arguments: inout Arguments) throws(UsageError) {
            admin = try arguments.option("--admin")
            token = try arguments.option("--token")
            if admin == nil {
                guard token == nil else { throw UsageError("--token is for --admin URL") }
                return nil
            }
        }

        init(_ arguments: inout Arguments) throws(UsageError) {
            config = try arguments.option("--config")
            admin = try arguments.option("--admin")
            token = try arguments.option("--token")
            if config != nil, admin != nil { throw UsageError("give --config or --admin, not both") }
            if config == nil, admin == nil {
                config = arguments.defaultConfiguration()
                guard config != nil else {
                    throw UsageError("say where the service is: \(ConfigurationPath.rule), or --admin URL")
                }
            }
        }
    }

    init(_ address: Address) throws {
        if let file = address.config {
            let access: AdminAccess
            do {
                access = try AdminAccess.load(file, needsToken: address.token == nil)
            } catch {
                throw CommandFailure(
                    "\(error)\n--admin URL and --token TOKEN find the running service without a configuration")
            }
            let admin = Self.reachable(access.admin)
            guard admin.port != 0, let url = URL(string: "http://\(admin)") else {
                throw CommandFailure("\(file) leaves the admin port to the system; name the address with --admin URL")
            }
            base = url
            token = address.token ?? access.token?.text
        } else {
            let text = address.admin ?? ""
            guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host != nil else {
                throw UsageError("--admin takes an address such as http://127.0.0.1:8081, not “\(text)”")
            }
            base = url
            token = address.token
        }
    }

    /// The address at which to call a service that listens on every address of this machine.
    static func reachable(_ address: ListenAddress) -> ListenAddress {
        switch address.host {
        case "", "0.0.0.0": ListenAddress(host: "127.0.0.1", port: address.port)
        case "::": ListenAddress(host: "::1", port: address.port)
        default: address
        }
    }

    /// - Throws: a sentence, if the answer is not that of a Lockstep service.
    func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws(CommandFailure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw CommandFailure("what answers at \(base.absoluteString) is not a Lockstep admin address")
        }
    }

    /// Prints an answer as it came, or as `text` puts it.
    func show<Value: Decodable>(
        _ data: Data, asJSON: Bool, _ text: (Value) throws -> String
    ) throws {
        Terminal.print(asJSON ? String(decoding: data, as: UTF8.self) : try text(decode(Value.self, from: data)))
    }

    func get(_ path: String, _ query: [(String, String?)] = []) async throws -> Data {
        try await send(.get, path, query, body: nil).data
    }

    /// A page of a list, and the parameters of the next one; nil: there is none.
    func page(_ path: String, _ query: [(String, String?)]) async throws -> (data: Data, next: [(String, String?)]?) {
        let (data, headers) = try await send(.get, path, query, body: nil)
        let link = headers.first { $0.key.lowercased() == "link" }?.value
        return (data, link.flatMap(Self.next))
    }

    /// The parameters in `</api/jobs?limit=100&before=7>; rel="next"`.
    static func next(_ link: String) -> [(String, String?)]? {
        guard link.hasSuffix("rel=\"next\""), let start = link.firstIndex(of: "<"),
            let end = link.firstIndex(of: ">"), start < end
        else { return nil }
        let target = link[link.index(after: start)..<end]
        let items = URLComponents(string: String(target))?.queryItems
        return items?.map { ($0.name, $0.value) }
    }

    func post(
        _ path: String, _ query: [(String, String?)] = [], json: [String: Any] = [:], within limit: TimeInterval = 30
    ) async throws -> Data {
        let body = try JSONSerialization.data(withJSONObject: json, options: [.sortedKeys])
        return try await send(.post, path, query, body: body, within: limit).data
    }

    /// - Parameter path: words in it that a person gave are written with `inPath`.
    private func send(
        _ method: APIRequest.Method, _ path: String, _ query: [(String, String?)], body: Data?,
        within limit: TimeInterval = 30
    ) async throws -> (data: Data, headers: [String: String]) {
        let items = query.compactMap { pair in pair.1.map { "\(pair.0)=\($0.inPath)" } }
        let root = base.absoluteString.hasSuffix("/") ? String(base.absoluteString.dropLast()) : base.absoluteString
        let address =
            root + path
            + (items.isEmpty ? "" : "?" + items.joined(separator: "&"))
        guard URL(string: address) != nil else { throw CommandFailure("“\(address)” is no address") }
        try CurlLibrary.load()
        var request = APIRequest(APIEndpoint("admin"), method, [], body: body.map { [UInt8]($0) })
        request.target = String(address.dropFirst(root.count))
        if let token { request.headers["Authorization"] = "Bearer \(token)" }
        let client = CurlClient(connections: 1)
        let begun = ContinuousClock.now
        let response: APIResponse
        do throws(TransportFailure) {
            response = try await CurlTransport(base: root, peer: "the service", through: client)
                .send(request, deadline: .seconds(limit))
            await client.close()
        } catch {
            await client.close()
            guard ContinuousClock.now - begun >= .seconds(limit) else {
                throw CommandFailure("no service answers at \(base.absoluteString); is `lockstep serve` running?")
            }
            throw CommandFailure(
                "the service at \(base.absoluteString) gave no answer within \(Int(limit)) seconds", isAnswered: true)
        }
        let data = Data(response.body)
        guard response.isSuccess else {
            throw CommandFailure(
                Self.sentence(in: data) ?? "the service answered \(response.status)", status: response.status)
        }
        return (data, response.headers)
    }

    private static func sentence(in data: Data) -> String? {
        let object = try? JSONSerialization.jsonObject(with: data)  // any other body holds no sentence
        return (object as? [String: Any])?["error"] as? String
    }
}

extension String {
    /// As one segment of an address: a slash in a name leads to no other place.
    var inPath: String {
        var allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{21}"..."\u{7E}"))
        allowed.insert(charactersIn: "-_~.")
        // Nil for what is no text at all, which a command line cannot carry.
        return addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    }
}
