import ContactSync
import LockstepHTTP
import LockstepPool
import ZenPlanner

/// The door that the sources knock at. A message is answered 202 only when its job is on disk.
struct IntakeRoutes: Sendable {
    let gyms: Gyms
    let queue: JobQueue
    let counters: IntakeCounters

    func answer(_ request: HTTPRequest) async -> HTTPAnswer {
        let answer = await route(request)
        if case .response(let response) = answer { counters.count(response.status) }
        return answer
    }

    private func route(_ request: HTTPRequest) async -> HTTPAnswer {
        guard request.path.count == 4, request.path[0] == "hooks", request.path[2] == "zenplanner" else {
            return Reply.error(404, "there is nothing here; messages go to /hooks/GYM/zenplanner/TOKEN")
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
        return await Acceptance.enqueue(message, reading, of: gym, into: queue)
    }
}

/// Puts a message that was read into the queue, and says so.
enum Acceptance {
    static func enqueue(
        _ message: StoredMessage, _ reading: Reading, of gym: Gym, into queue: JobQueue
    ) async -> HTTPAnswer {
        do {
            let job = try await queue.enqueue(newJob(message, reading, of: gym))
            return Reply.json(202, ["job": job.description])
        } catch {
            return refusal(error)
        }
    }

    private static func newJob(_ message: StoredMessage, _ reading: Reading, of gym: Gym) -> NewJob {
        let tenant = gym.id.tenant
        switch reading {
        case .change(.program(let change), _):
            return NewJob(
                tenant: tenant, kind: JobKind.program, keys: LaneKeys.keys(of: .program(change)),
                payload: message.bytes)
        case .change(let change, _):
            return NewJob(
                tenant: tenant, kind: JobKind.message, keys: LaneKeys.keys(of: change), payload: message.bytes,
                isSnapshot: true)
        case .unplaced(let reason, _):
            return NewJob(
                tenant: tenant, kind: JobKind.message, keys: [], payload: message.bytes, isSnapshot: true,
                unplaced: reason)
        }
    }

    private static func refusal(_ error: QueueError) -> HTTPAnswer {
        let soon: HTTPHeaders = ["Retry-After": "10"]
        return switch error {
        case .full:
            Reply.error(503, "the disk is full; nothing more can be accepted until there is room", headers: soon)
        case .stopping: Reply.error(503, "the service is stopping; send it again soon", headers: soon)
        case .tooLarge: Reply.error(413, "the message is too large to keep")
        default: Reply.error(503, "messages cannot be stored at present", headers: ["Retry-After": "60"])
        }
    }
}
