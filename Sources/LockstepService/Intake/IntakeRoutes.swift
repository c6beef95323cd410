import Connectors
import EmbeddedHTTP

/// Where the sources' messages come in. A message is answered 202 only when its job is on disk.
final class IntakeRoutes: Sendable {
    private let gyms: Gyms
    private let ingest: Ingest
    private let counters: IntakeCounters
    private let refused: RefusedCalls
    private let consent: ConsentCallback
    private let arrivals: SourceArrivals
    private let now: @Sendable () -> Int64

    /// - Parameter now: seconds since 1970.
    init(
        gyms: Gyms, ingest: Ingest, counters: IntakeCounters, refused: RefusedCalls, consent: ConsentCallback,
        arrivals: SourceArrivals, now: @escaping @Sendable () -> Int64
    ) {
        self.gyms = gyms
        self.ingest = ingest
        self.counters = counters
        self.refused = refused
        self.consent = consent
        self.arrivals = arrivals
        self.now = now
    }

    /// Refuses by the head alone whatever can be, so that a stranger's body is never read.
    func judge(_ head: HTTPRequest) -> HeadVerdict {
        if consent.matches(head.path) {
            return consent.refusal(of: head).map { refuse($0, head) } ?? .read(isVerified: false)
        }
        guard let kind = Sources.source(at: head.path) else { return refuse(Self.nothingHere, head) }
        if let refusal = reading(kind, for: head).refusal(of: head) {
            counters.count(.refused, at: kind)
            return refuse(refusal, head)
        }
        return .read(isVerified: kind.provesSenderByHead)
    }

    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        let answer = await receive(request)
        if case .response(let response) = answer { count(response, to: request) }
        return answer
    }

    private func receive(_ request: HTTPRequest) async -> HTTPAnswer {
        if consent.matches(request.path) { return .response(await consent.answer(request)) }
        guard let kind = Sources.source(at: request.path) else { return .response(Self.nothingHere) }
        let source = reading(kind, for: request)
        let reception = source.refusal(of: request).map(Reception.refused) ?? source.receive(request, at: now())
        counters.count(reception.outcome, at: kind)
        if reception.outcome != .refused, let gym = gyms[request.path[1]] {
            arrivals.note(gym.id, kind.pathName, at: now() * 1_000)
        }
        switch reception {
        case .refused(let response), .answered(let response): return .response(response)
        case .ignored(let event, let reason): return Reply.json(200, ["event": event, "ignored": reason])
        case .received(let received):
            // A gym that does not exist has sources that let nothing in.
            guard let gym = gyms[request.path[1]] else { return .response(Self.nothingHere) }
            return await ingest.accept(received, by: source, of: gym)
        }
    }

    /// The gym's source of a kind, or one that lets nothing in: the same work and the same answer where there is no such gym.
    private func reading<Kind: Source>(_ kind: Kind.Type, for head: HTTPRequest) -> Kind {
        gyms[head.path[1]]?.sources.reading(kind) ?? kind.init()
    }

    private static var nothingHere: HTTPResponse {
        let hooks = Sources.all.map { "/hooks/GYM/\($0.address)" }
        return .error(404, "there is nothing here; messages go to \(hooks.joined(separator: " or "))")
    }

    private func refuse(_ response: HTTPResponse, _ head: HTTPRequest) -> HeadVerdict {
        count(response, to: head)
        return .refuse(response)
    }

    private func count(_ response: HTTPResponse, to request: HTTPRequest) {
        counters.count(response.status)
        guard response.status == 401, let kind = Sources.source(at: request.path) else { return }
        guard let gym = gyms[request.path[1]], gym.has(kind) else { return refused.note(.unknownGym) }
        refused.note(.hook(of: gym.id, kind.pathName))
    }
}
