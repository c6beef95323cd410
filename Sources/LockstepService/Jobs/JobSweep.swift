import Connectors
import DurableQueue

/// Does one thing with all jobs that fit, in the order in which they were accepted, some hundreds at a time.
///
/// What was done is on disk for good, and the rest is as it was, wherever this ends: asked again, it goes on.
struct JobSweep: Sendable {
    struct Result: Sendable {
        var done = 0
        /// Fit, and could not be done.
        var left = 0
    }

    let listing: JobListing
    let filter: JobFilter
    /// Only jobs accepted before this one, so that nothing is done with jobs that came after the question.
    let before: JobID

    /// So few at once that accepting is not held up.
    static let atOnce = 256

    func retry() async throws -> Result {
        try await run { jobs in
            var wanted: [(id: JobID, keys: [LaneKey])] = []
            var left = 0
            for job in jobs {
                do throws(AdminRoutes.Refusal) {
                    wanted.append((job.id, try await listing.keys(of: job)))
                } catch {
                    guard error.status != 503 else { throw error }
                    left += 1  // still not to be placed
                }
            }
            return (await listing.queue.retry(wanted), left)
        }
    }

    func discard() async throws -> Result {
        try await run { (await listing.queue.discard($0.map(\.id)), 0) }
    }

    private func run(_ act: ([JobView]) async throws -> ([QueueError?], left: Int)) async throws -> Result {
        var result = Result()
        var after: JobID? = JobID(rawValue: 0)
        while let start = after {
            try Task.checkCancellation()
            let page = await listing.page(
                filter, limit: Self.atOnce, before: before, after: start, readsAtMost: Self.atOnce)
            after = page.next
            guard !page.rows.isEmpty else { continue }
            let (failures, left) = try await act(page.rows.map(\.job))
            result.left += left
            for failure in failures {
                if let failure, failure.status == 503 { throw failure }
                if failure == nil { result.done += 1 } else { result.left += 1 }
            }
        }
        return result
    }
}
