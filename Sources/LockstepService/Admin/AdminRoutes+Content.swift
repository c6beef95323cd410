import ContactSync
import Connectors
import DurableQueue

extension AdminRoutes {
    /// Whom a job is about, as its stored message says, and what can be done if it is a dead letter. Reads the message from
    /// the disk: for one job, not for lists.
    func content(of job: JobView) async -> (person: String?, remedy: Remedy) {
        guard let gym = gyms[job.tenant.rawValue] else { return (nil, .gymMissing) }
        guard let payload = try? await queue.payload(of: job.id) else {
            // A finished job's message is gone, and nothing is to be done about it.
            return (nil, .unreadable)
        }
        let reading = gym.read(payload)
        switch reading {
        case .success(let change): return (change.subject, .retry)
        case .failure(let problem): return (nil, .mendThenRetry(problem.sentence))
        }
    }
}
