import Connectors
import DurableQueue

extension AdminRoutes {
    /// What can be done about a dead letter.
    func remedy(for job: JobView) async throws -> Remedy {
        guard let gym = gyms[job.tenant.rawValue] else { return .gymMissing }
        do throws(QueueError) {
            if case .failure(let problem) = gym.read(try await queue.payload(of: job.id)) {
                return .mendThenRetry(problem.sentence)
            }
            return .retry
        } catch {
            guard case .unreadable(let reason) = error else { return .unreadable }
            // It passes, so that a discard would throw away what can be delivered.
            throw Refusal(
                503,
                "the message of job \(job.id) cannot be read at present: \(reason). Check the disk and the limit of open "
                    + "files, and ask again; a retry can help once it can be read")
        }
    }
}
