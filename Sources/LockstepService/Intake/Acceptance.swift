import ContactSync
import EmbeddedHTTP
import DurableQueue
import ZenPlanner

/// Puts a message that was read into the queue, and answers the sender.
struct Acceptance: Sendable {
    let queue: JobQueue
    private let log: ServiceLog
    private let news = StateChanges()

    init(queue: JobQueue, log: ServiceLog) {
        self.queue = queue
        self.log = log
    }

    func enqueue(_ message: StoredMessage, _ reading: Reading, of gym: Gym) async -> HTTPAnswer {
        var accepted: JobID?
        let answer = await enqueue(newJob(message, reading, of: gym)) { accepted = $0 }
        if let accepted, case .change(_, let ignored) = reading, !ignored.isEmpty {
            await gym.noteUnknown(ignored, job: accepted)
        }
        return answer
    }

    /// 202 once the job is on disk; 200 for one that was accepted before under the same idempotency key.
    ///
    /// - Parameter note: told of a new job once it is on disk.
    func enqueue(_ new: NewJob, note: (JobID) -> Void = { _ in }) async -> HTTPAnswer {
        do {
            let accepted = try await queue.accept(new)
            guard accepted.isNew else { return Self.known(accepted.id) }
            note(accepted.id)
            if let reason = new.unroutable {
                log.warning("job \(accepted.id) of gym \(new.tenant.rawValue) is a dead letter: \(reason)")
            }
            if news.isNews("intake", "open", unlessNew: true) { log.info("messages are accepted again") }
            return Reply.json(202, ["job": accepted.id.description])
        } catch {
            return refusal(error)
        }
    }

    static func known(_ job: JobID) -> HTTPAnswer { Reply.json(200, ["job": job.description]) }

    private func newJob(_ message: StoredMessage, _ reading: Reading, of gym: Gym) -> NewJob {
        let tenant = gym.id.tenant
        switch reading {
        case .change(.program(let change), _):
            return NewJob(tenant: tenant, kind: JobKind.program, of: .program(change), payload: message.bytes)
        case .change(let change, _):
            return NewJob(
                tenant: tenant, kind: JobKind.message, of: change, payload: message.bytes, isSnapshot: true)
        case .unplaced(let reason, _):
            return NewJob(
                tenant: tenant, kind: JobKind.message, keys: [], payload: message.bytes, isSnapshot: true,
                unroutable: reason)
        }
    }

    /// Senders only see that it is our trouble; what trouble it is, the log says once.
    func refusal(_ error: QueueError) -> HTTPAnswer {
        let soon: HTTPHeaders = ["Retry-After": "10"]
        switch error {
        case .full:
            if news.isNews("intake", "full") {
                log.error("the disk is full: messages are refused until there is room; delivering goes on")
            }
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
