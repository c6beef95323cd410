package import OutboundAPI

/// Keap's web hooks: one registration for each kind of event and address. Only v1 of Keap's API has them, and this file
/// alone knows how.
package protocol HookAPI: Sendable {
    func hooks() async throws(KeapFailure) -> [KeapHook]
    /// Keap asks the address for proof before it answers, or leaves the hook unverified. Not idempotent.
    func createHook(for event: String, at address: String) async throws(KeapFailure) -> KeapHook
    /// Keap asks for proof again, which also revives an inactive hook.
    func verifyHook(_ id: HookID) async throws(KeapFailure) -> KeapHook
    /// Throws `.gone` if Keap does not know the id (any more).
    func deleteHook(_ id: HookID) async throws(KeapFailure)
    /// The kinds of events that a hook can be registered for.
    func hookEvents() async throws(KeapFailure) -> [String]
}

package typealias HookID = KeapID<KeapHook>

package struct KeapHook: Codable, Hashable, Sendable {
    package enum Status: String, Codable, Hashable, Sendable, CaseIterable {
        case unverified = "Unverified"
        case verified = "Verified"
        case inactive = "Inactive"
    }

    package var id: HookID
    /// `subscription.edit`
    package var event: String
    package var address: String
    /// Nil for a word that we do not know.
    package var status: Status?

    package init(id: HookID, event: String, address: String, status: Status?) {
        self.id = id
        self.event = event
        self.address = address
        self.status = status
    }
}

extension KeapHook {
    init?(_ json: JSONValue) {
        guard let id: HookID = json["key"]?.id(), let event = json["eventKey"]?.text,
            let address = json["hookUrl"]?.text
        else { return nil }
        let word = json["status"]?.text?.lowercased()
        self.init(id: id, event: event, address: address, status: Status.allCases.first { $0.word == word })
    }
}

extension KeapHook.Status {
    fileprivate var word: String { rawValue.lowercased() }
}

extension APIEndpoint {
    package static let listHooks = APIEndpoint("listHooks")
    package static let createHook = APIEndpoint("createHook")
    package static let verifyHook = APIEndpoint("verifyHook")
    package static let deleteHook = APIEndpoint("deleteHook")
    package static let listHookEvents = APIEndpoint("listHookEvents")
}

extension APIRequest {
    static let listHooks = APIRequest(.listHooks, .get, ["v1", "hooks"])
    static let listHookEvents = APIRequest(.listHookEvents, .get, ["v1", "hooks", "event_keys"])

    static func createHook(for event: String, at address: String) -> APIRequest {
        APIRequest(
            .createHook, .post, ["v1", "hooks"],
            body: .object(["eventKey": .string(event), "hookUrl": .string(address)]))
    }

    static func verifyHook(_ id: HookID) throws(KeapFailure) -> APIRequest {
        APIRequest(.verifyHook, .post, ["v1", "hooks", try pathPart(id.text), "verify"])
    }

    static func deleteHook(_ id: HookID) throws(KeapFailure) -> APIRequest {
        APIRequest(.deleteHook, .delete, ["v1", "hooks", try pathPart(id.text)])
    }
}

extension KeapClient: HookAPI {
    func hooks() async throws(KeapFailure) -> [KeapHook] {
        try await perform(.listHooks) { (response) throws(KeapFailure) in
            guard let entries = try response.readJSON().items else {
                throw .unclear(reason: "Keap's answer (\(response.status)) has no list of hooks.")
            }
            return entries.compactMap { KeapHook($0) }
        }
    }

    func createHook(for event: String, at address: String) async throws(KeapFailure) -> KeapHook {
        try await perform(.createHook(for: event, at: address)) { (response) throws(KeapFailure) in
            try response.one("hook") { KeapHook($0) }
        }
    }

    func verifyHook(_ id: HookID) async throws(KeapFailure) -> KeapHook {
        try await perform(try .verifyHook(id)) { (response) throws(KeapFailure) in
            try response.one("hook") { KeapHook($0) }
        }
    }

    func deleteHook(_ id: HookID) async throws(KeapFailure) {
        try await perform(try .deleteHook(id))
    }

    func hookEvents() async throws(KeapFailure) -> [String] {
        try await perform(.listHookEvents) { (response) throws(KeapFailure) in
            guard let entries = try response.readJSON().items else {
                throw .unclear(reason: "Keap's answer (\(response.status)) has no list of events.")
            }
            return entries.compactMap(\.text)
        }
    }
}
