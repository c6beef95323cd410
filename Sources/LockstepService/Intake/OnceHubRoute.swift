import ContactSync
import EmbeddedHTTP
import DurableQueue
import OnceHub

/// OnceHub's door: signed events of bookings.
struct OnceHubRoute: Sendable {
    let gyms: Gyms
    let acceptance: Acceptance
    /// Seconds since 1970.
    let now: @Sendable () -> Int64

    /// Why a request is refused whatever its body says.
    func refusal(of head: HTTPRequest) -> HTTPResponse? {
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

    func answer(_ request: HTTPRequest, gym id: String) async -> HTTPAnswer {
        let gym = gyms[id]
        // The same work for a gym that does not exist, so that a stranger does not learn which do.
        let onceHub = gym?.onceHub
        let secrets = onceHub?.secrets.map(\.text) ?? ["-"]
        let verdict = request.headers[Signature.header].flatMap(Signature.init)?.verify(
            request.body, secrets: secrets, now: now(), tolerance: onceHub?.tolerance.components.seconds ?? 0)
        guard let gym, let onceHub, let verdict, verdict != .wrong else { return .response(Self.unknown) }
        if case .outOfTime(let seconds) = verdict {
            return .response(
                Self.unauthorized(
                    "the call was signed \(seconds) seconds before this clock's time, more than onceHub.tolerance allows"
                ))
        }
        return await accept(request, of: gym, onceHub.reader)
    }

    private static var unknown: HTTPResponse { unauthorized("gym unknown, or the signature is not this gym's") }

    private static func unauthorized(_ sentence: String) -> HTTPResponse {
        .unauthorized(sentence, scheme: Signature.header)
    }

    private func accept(_ request: HTTPRequest, of gym: Gym, _ reader: OnceHubReader) async -> HTTPAnswer {
        let message = StoredMessage(
            source: .onceHub, contentType: request.headers["Content-Type"], body: request.body)
        do {
            switch try reader.read(request.body) {
            case .ignored(let event, let sentence):
                // Anything else than a 2xx would make OnceHub send it for days and then disable the webhook.
                return Reply.json(200, ["event": event, "ignored": sentence])
            case .unplaced(let event, let reason):
                return await acceptance.enqueue(message, event: event, .failure(Unplaced(reason)), of: gym)
            case .change(let change):
                return await acceptance.enqueue(message, event: change.booking.event.id, .success(change), of: gym)
            }
        } catch {
            return Reply.error(400, error.sentence)
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        guard let type = ContentType(type)?.mediaType else { return false }
        return type == "application/json" || type == "text/json"
            || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }
}

/// Why a message has no lane, in a sentence.
struct Unplaced: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}

extension Acceptance {
    /// Takes an event once: 200 for one that was accepted before and is on disk.
    func enqueue(
        _ message: StoredMessage, event: String, _ reading: Result<BookingChange, Unplaced>, of gym: Gym
    ) async -> HTTPAnswer {
        var job = newJob(message, reading, of: gym)
        job.idempotencyKey = Self.key(of: event)
        do {
            if let known = try await queue.job(withIdempotencyKey: Self.key(of: event), of: gym.id.tenant) {
                return Self.known(known)
            }
        } catch {
            return refusal(error)
        }
        if case .success(let change) = reading, await isRemembered(change, of: gym) {
            return Reply.json(200, ["event": event])
        }
        // Of several deliveries that come this far at once, the queue stores one.
        return await enqueue(job)
    }

    /// Apart from what other sources of the gym may name their messages.
    private static func key(of event: String) -> String { "oncehub/" + event }

    private func newJob(
        _ message: StoredMessage, _ reading: Result<BookingChange, Unplaced>, of gym: Gym
    ) -> NewJob {
        switch reading {
        case .success(let change):
            return NewJob(tenant: gym.id.tenant, kind: JobKind.booking, of: .contact(change), payload: message.bytes)
        case .failure(let unplaced):
            return NewJob(
                tenant: gym.id.tenant, kind: JobKind.booking, keys: [], payload: message.bytes,
                unroutable: unplaced.reason)
        }
    }

    /// Whether the contact's mirror knows the event as done. If it cannot be read the event is taken: a second time does no harm.
    private func isRemembered(_ change: BookingChange, of gym: Gym) async -> Bool {
        let keys = LaneKeys.keys(of: .contact(change))
        guard let state = try? await queue.state(ofLaneWith: keys, of: gym.id.tenant),
            let mirror = try? Mirror(bytes: state), let memory = try? BookingMemory(of: mirror)
        else { return false }
        return memory.hasDone(event: change.booking.event.id)
    }
}
