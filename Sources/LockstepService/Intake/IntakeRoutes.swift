import ContactSync
import EmbeddedHTTP
import DurableQueue
import ZenPlanner

/// Where the sources' messages come in. A message is answered 202 only when its job is on disk.
struct IntakeRoutes: Sendable {
    let gyms: Gyms
    let acceptance: Acceptance
    let counters: IntakeCounters
    let onceHub: OnceHubRoute
    let refused: RefusedCalls

    /// What the head of a request asks for.
    private enum Target {
        case zenPlanner(Gym, ZenPlannerReader)
        case onceHub(gym: String)
        case refused(HTTPResponse)
    }

    /// Refuses by the head alone whatever can be, so that a stranger's body is never read.
    func judge(_ head: HTTPRequest) -> HeadVerdict {
        switch target(of: head) {
        case .refused(let response):
            count(response, to: head)
            return .refuse(response)
        case .zenPlanner: return .read(isVerified: true)
        // The signature covers the body.
        case .onceHub: return .read(isVerified: false)
        }
    }

    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        let answer: HTTPAnswer
        switch target(of: request) {
        case .refused(let response): answer = .response(response)
        case .zenPlanner(let gym, let reader): answer = await accept(request, of: gym, reader)
        case .onceHub(let gym): answer = await onceHub.answer(request, gym: gym)
        }
        if case .response(let response) = answer { count(response, to: request) }
        return answer
    }

    private func count(_ response: HTTPResponse, to request: HTTPRequest) {
        counters.count(response.status)
        guard response.status == 401, request.path.count >= 3 else { return }
        let isOnceHub = request.path[2] == "oncehub"
        guard let gym = gyms[request.path[1]], isOnceHub ? gym.onceHub != nil : gym.zenPlanner != nil else {
            return refused.note(.unknownGym)
        }
        refused.note(isOnceHub ? .onceHub(gym.id) : .zenPlanner(gym.id))
    }

    private func target(of head: HTTPRequest) -> Target {
        let path = head.path
        if path.count == 3, path[0] == "hooks", path[2] == "oncehub" {
            return onceHub.refusal(of: head).map(Target.refused) ?? .onceHub(gym: path[1])
        }
        guard path.count == 4, path[0] == "hooks", path[2] == "zenplanner" else {
            return .refused(
                .error(404, "there is nothing here; messages go to /hooks/GYM/zenplanner/TOKEN or /hooks/GYM/oncehub"))
        }
        guard head.method == "POST" else { return .refused(.methodNotAllowed("POST")) }
        // One answer for an unknown gym and for a wrong token, so that a stranger does not learn which gyms exist.
        guard let gym = gyms[path[1]], let zenPlanner = gym.zenPlanner,
            isSameSecret(path[3], zenPlanner.token.text)
        else { return .refused(.unauthorized("gym or token unknown", scheme: "Web-Hook-Token")) }
        if let refusal = HTTPResponse.refusingEncoding(of: head) { return .refused(refusal) }
        return .zenPlanner(gym, zenPlanner.reader)
    }

    private func accept(_ request: HTTPRequest, of gym: Gym, _ reader: ZenPlannerReader) async -> HTTPAnswer {
        let message = StoredMessage(
            source: .zenPlanner, contentType: request.headers["Content-Type"], body: request.body)
        let reading: Reading
        do {
            reading = try reader.read(contentType: message.contentType, body: message.body)
        } catch {
            switch error {
            case .unsupportedMediaType(let sentence):
                return .response(.unsupportedMediaType(sentence, taken: Self.mediaTypes))
            case .undecodable(let sentence): return Reply.error(400, sentence)
            }
        }
        return await acceptance.enqueue(message, reading, of: gym)
    }

    private static let mediaTypes = "application/x-www-form-urlencoded, multipart/form-data, application/json"
}
