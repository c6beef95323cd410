/// The last jobs that were finished, for listings only.
struct FinishedJobs: Sendable {
    static let most = 10_000
    private(set) var byID: [JobID: JobView] = [:]
    private var order: [JobID] = []
    private var oldest = 0

    mutating func add(_ job: JobView) {
        byID[job.id] = job
        if order.count < Self.most {
            order.append(job.id)
        } else {
            if order[oldest] != job.id { byID[order[oldest]] = nil }
            order[oldest] = job.id
            oldest = (oldest + 1) % Self.most
        }
    }
}
