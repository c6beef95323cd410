import Connectors
import DurableQueue
import EmbeddedHTTP

/// Puts a message that was read into the queue, and answers the sender.
final class Ingest: Sendable {
    let queue: JobQueue
    private let log: ServiceLog
    private let news = StateChanges()

    init(queue: JobQueue, log: ServiceLog) {
        self.queue = queue
        self.log = log
    }

    /// Takes a message that names its event once: 200 for one that was accepted before and is on disk.
    func accept(_ received: Received, by source: some Source, of gym: Gym) async -> HTTPAnswer {
        var job = NewJob(received, by: type(of: source), of: gym.id.tenant)
        if let event = received.event {
            let key = Self.key(of: event, by: type(of: source))
            job.idempotencyKey = key
            do {
                if let known = try await queue.job(withIdempotencyKey: key, of: gym.id.tenant) {
                    return Self.answer(200, known, received.headers)
                }
            } catch {
                return refusal(error)
            }
            if case .change(let change) = received.decoded, await isDone(change, by: source, of: gym) {
                return Reply.json(200, ["event": event])
            }
        }
        // Of several deliveries that come this far at once, the queue stores one.
        var accepted: JobID?
        let answer = await enqueue(job, received) { accepted = $0 }
        if let accepted { await gym.note(received.unknownFields, job: accepted) }
        return answer
    }

    /// Apart from what other sources of the gym may name their messages.
    private static func key(of event: String, by source: any Source.Type) -> String { "\(source.pathName)/\(event)" }

    /// Whether the lane's state knows the event as done.
    private func isDone(_ change: any InboundChange, by source: some Source, of gym: Gym) async -> Bool {
        // If it cannot be read the event is taken: a second time does no harm.
        guard let state = try? await queue.state(ofLaneWith: change.laneKeys, of: gym.id.tenant) else { return false }
        return source.isDone(change, in: state)
    }

    /// What the source says, mostly 202, once the job is on disk; 200 for one that was accepted before under the same
    /// idempotency key.
    ///
    /// - Parameter note: told of a new job once it is on disk.
    private func enqueue(_ new: NewJob, _ received: Received, note: (JobID) -> Void) async -> HTTPAnswer {
        do {
            let accepted = try await queue.accept(new)
            guard accepted.isNew else { return Self.answer(200, accepted.id, received.headers) }
            note(accepted.id)
            if let reason = new.unroutable {
                log.warning("job \(accepted.id) of gym \(new.tenant.rawValue) is a dead letter: \(reason)")
            }
            return Self.answer(received.status, accepted.id, received.headers)
        } catch {
            return refusal(error)
        }
    }

    /// The same as `Reply.json` writes, which takes longer than all else that is done for a message.
    static func answer(_ status: Int, _ job: JobID, _ headers: HTTPHeaders = [:]) -> HTTPAnswer {
        var response = HTTPResponse(status: status, headers: headers, body: Array("{\"job\":\"\(job)\"}".utf8))
        response.headers.append("Content-Type", "application/json")
        return .response(response)
    }

    /// Senders only see that it is our trouble; what trouble it is, the log says once.
    private func refusal(_ error: QueueError) -> HTTPAnswer {
        let soon: HTTPHeaders = ["Retry-After": "10"]
        switch error {
        case .full:
            return Reply.error(
                503, "the disk is full; nothing more can be accepted until there is room", headers: soon)
        case .stopping:
            return Reply.error(503, "the service is stopping; send it again soon", headers: soon)
        case .tooLarge:
            return Reply.error(413, "the message is too large to keep")
        default:
            if news.isNews("intake", "failed") {
                log.error("messages are refused until the service is started again: \(error)")
            }
            return Reply.error(503, "messages cannot be stored at present", headers: ["Retry-After": "60"])
        }
    }
}
