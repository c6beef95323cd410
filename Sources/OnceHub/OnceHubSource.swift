package import ConfigurationReading
package import Connectors
package import ContactSync
package import EmbeddedHTTP
import Keap

/// OnceHub: signed events of bookings.
package struct OnceHubSource: ContactSource {
    package static let section = "onceHub"
    package static let address = "oncehub"
    package static let tags = [MessageTag.onceHub]
    package static let jobKind: UInt8 = 3
    package static let sendsSnapshots = false
    /// The signature covers the body.
    package static let provesSenderByHead = false
    package static let memory: ContactMemory? = ContactMemory(name: BookingMemory.source) {
        BookingMemory.united($0, $1)
    }
    package static let refusedCalls = """
        not signed with its onceHub.secret, or too long ago; nothing was stored. If OnceHub sent it, compare the secret with \
        the webhook's, and this machine's clock
        """

    /// Any of these may have signed a call: there are two while one is being changed for another. None: nothing is let in.
    package let secrets: [Secret]
    /// How far a signature's time may be from now. OnceHub tries for three days, perhaps with the first try's signature.
    package let tolerance: Duration
    package let settings: OnceHubSettings
    private let reader: OnceHubReader

    package init() { self.init(secrets: [], tolerance: .zero, settings: OnceHubSettings()) }

    init(secrets: [Secret], tolerance: Duration, settings: OnceHubSettings) {
        self.secrets = secrets
        self.tolerance = tolerance
        self.settings = settings
        reader = OnceHubReader(settings: settings)
    }

    // MARK: Web hook

    package func refusal(of head: HTTPRequest) -> HTTPResponse? {
        guard head.method == "POST" else { return .methodNotAllowed("POST") }
        guard let header = head.headers[Signature.header] else {
            return Self.unauthorized(
                "the call is not signed: it has no header \(Signature.header). OnceHub signs webhooks of version v2 "
                    + "only; those of version v1 are not taken, so make the webhook anew with v2")
        }
        guard Signature(header) != nil else { return Self.unknown }
        if let refusal = HTTPResponse.refusingEncoding(of: head) { return refusal }
        guard head.headers["Content-Type"].map(Self.isJSON) ?? true else {
            return .unsupportedMediaType("send application/json", taken: "application/json")
        }
        return nil
    }

    package func receive(_ request: HTTPRequest, at now: Int64) -> Reception {
        // The same work for a gym that does not exist, so that a stranger does not learn which do.
        let texts = secrets.isEmpty ? ["-"] : secrets.map(\.text)
        let verdict = request.headers[Signature.header].flatMap(Signature.init)?.verify(
            request.body, secrets: texts, now: now, tolerance: tolerance.components.seconds)
        guard !secrets.isEmpty, let verdict, verdict != .wrong else { return .refused(Self.unknown) }
        if case .outOfTime(let seconds) = verdict {
            return .refused(
                Self.unauthorized(
                    "the call was signed \(seconds) seconds before this clock's time, more than onceHub.tolerance allows"
                ))
        }
        return received(request)
    }

    private func received(_ request: HTTPRequest) -> Reception {
        let message = StoredMessage(.onceHub, contentType: request.headers["Content-Type"], body: request.body)
        do {
            switch try reader.read(request.body) {
            // Anything else than a 2xx would make OnceHub send it for days and then disable the webhook.
            case .ignored(let event, let reason): return .ignored(event: event, reason: reason)
            case .unplaced(let event, let reason):
                return .received(Received(message, .unplaced(reason: reason), event: event))
            case .change(let change):
                return .received(
                    Received(message, .change(Change.contact(change)), event: change.booking.event.id))
            }
        } catch {
            return .refused(.error(400, error.sentence))
        }
    }

    private static var unknown: HTTPResponse { unauthorized("gym unknown, or the signature is not this gym's") }

    private static func unauthorized(_ sentence: String) -> HTTPResponse {
        .unauthorized(sentence, scheme: Signature.header)
    }

    private static func isJSON(_ type: String) -> Bool {
        guard let type = ContentType(type)?.mediaType else { return false }
        return type == "application/json" || type == "text/json"
            || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }

    // MARK: Stored messages

    package func read(_ message: StoredMessage) -> DecodedMessage {
        do {
            switch try reader.read(message.body) {
            case .change(let change): return .change(Change.contact(change))
            case .unplaced(_, let reason), .ignored(_, let reason): return .unplaced(reason: reason)
            }
        } catch {
            return .unplaced(reason: error.sentence)
        }
    }

    /// Where the state cannot be read, the event is taken: a second time does no harm.
    package func isDone(_ change: any InboundChange, in state: [UInt8]) -> Bool {
        guard case .contact(let contact)? = change as? Change, let booking = contact as? BookingChange,
            let mirror = try? Mirror(bytes: state), let memory = try? BookingMemory(of: mirror)
        else { return false }
        return memory.hasDone(event: booking.booking.event.id)
    }
}

extension MessageTag {
    package static let onceHub = MessageTag(rawValue: 2)
}
