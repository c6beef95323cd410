import ContactSync
import LockstepHTTP
import LockstepPool
import ZenPlanner

/// The door that the sources knock at. A message is answered 202 only when its job is on disk.
struct IntakeRoutes: Sendable {
    let gyms: Gyms
    let acceptance: Acceptance
    let counters: IntakeCounters
    let onceHub: OnceHubRoute

    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        let answer = await route(request)
        if case .response(let response) = answer { counters.count(response.status) }
        return answer
    }

    private func route(_ request: HTTPRequest) async -> HTTPAnswer {
        if request.path.count == 3, request.path[0] == "hooks", request.path[2] == "oncehub" {
            return await onceHub.answer(request, gym: request.path[1])
        }
        guard request.path.count == 4, request.path[0] == "hooks", request.path[2] == "zenplanner" else {
            return Reply.error(
                404, "there is nothing here; messages go to /hooks/GYM/zenplanner/TOKEN or /hooks/GYM/oncehub")
        }
        guard request.method == "POST" else { return Reply.methodNotAllowed("POST") }
        // One answer for an unknown gym and for a wrong token: which gyms exist is nobody's business.
        guard let gym = gyms[request.path[1]], let zenPlanner = gym.zenPlanner,
            isSameSecret(request.path[3], zenPlanner.token.text)
        else { return Reply.error(401, "gym or token unknown") }
        return await accept(request, of: gym, zenPlanner.reader)
    }

    private func accept(_ request: HTTPRequest, of gym: Gym, _ reader: ZenPlannerReader) async -> HTTPAnswer {
        let message = StoredMessage(
            source: .zenPlanner, contentType: request.headers["Content-Type"], body: request.body)
        let reading: Reading
        do {
            reading = try reader.read(contentType: message.contentType, body: message.body)
        } catch {
            switch error {
            case .unsupportedMediaType(let sentence): return Reply.error(415, sentence)
            case .undecodable(let sentence): return Reply.error(400, sentence)
            }
        }
        return await acceptance.enqueue(message, reading, of: gym)
    }
}
