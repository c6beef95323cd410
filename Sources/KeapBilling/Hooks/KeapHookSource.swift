package import ConfigurationReading
package import Connectors
package import EmbeddedHTTP

/// Keap's own web hooks about subscriptions, orders and invoices. They carry ids alone, so each is a hint to read.
package struct KeapHookSource: Source {
    package static let section = ReadingSettings.section
    package static let address = "keap/TOKEN"
    package static let tags = [MessageTag.keapHook, .billingRequest]
    package static let jobKind: UInt8 = 5
    /// Several that wait are read in one go.
    package static let sendsSnapshots = true
    /// By the token in the address.
    package static let provesSenderByHead = true
    package static let refusedCalls = """
        the token in the address is not its chartMogul.hookToken; nothing was stored. If Keap sent it, the hook was \
        registered with another token: run lockstep chartmogul connect
        """

    /// Echoed, with which Keap verifies that its calls are wanted.
    package static let secretHeader = "X-Hook-Secret"

    package let settings: ReadingSettings

    /// The last part of the web hook's path; Keap signs nothing. Nil: nothing is let in.
    private var token: Secret? { settings.hookToken }

    package init() { settings = ReadingSettings() }

    package init(_ settings: ReadingSettings) { self.settings = settings }

    package init?(_ section: ConfigurationValue, secrets: SecretSource) {
        guard let settings = ReadingSettings(section, secrets: secrets) else { return nil }
        self.settings = settings
    }

    // MARK: Web hook

    package func refusal(of head: HTTPRequest) -> HTTPResponse? {
        guard head.method == "POST" else { return .methodNotAllowed("POST") }
        // One answer for an unknown gym and for a wrong token, so that a stranger does not learn which gyms exist.
        guard let token, let given = head.path.last, isSameSecret(given, token.text) else {
            return .unauthorized("gym or token unknown", scheme: "Web-Hook-Token")
        }
        return .refusingEncoding(of: head)
    }

    package func receive(_ request: HTTPRequest, at now: Int64) -> Reception {
        let secret = request.headers[Self.secretHeader]
        let headers: HTTPHeaders = secret.map { [Self.secretHeader: $0] } ?? [:]
        do {
            let hook = try HookMessage(request.body)
            let things = hook.things
            guard !things.isEmpty else {
                if secret != nil { return .answered(HTTPResponse(status: 200, headers: headers)) }
                return .ignored(event: hook.event, reason: "it is about nothing that is billed")
            }
            let message = StoredMessage(
                .keapHook, contentType: request.headers["Content-Type"], body: request.body)
            return .received(
                Received(message, .change(ReadingRequest.hint(things)), status: 200, headers: headers))
        } catch {
            // What comes with a secret asks for the echo alone, whatever else is in it.
            if secret != nil { return .answered(HTTPResponse(status: 200, headers: headers)) }
            return .refused(.error(400, error.sentence))
        }
    }

    package func read(_ message: StoredMessage) -> DecodedMessage {
        if message.tag == .billingRequest {
            return ReadingRequest(own: message).map { .change($0) }
                ?? .unplaced(reason: "a request to read Keap's bills that this version cannot read")
        }
        do {
            return .change(ReadingRequest.hint(try HookMessage(message.body).things))
        } catch {
            return .unplaced(reason: error.sentence)
        }
    }
}
