/// The last jobs that were finished, for listings only.
struct FinishedJobs: Sendable {
    static let most = 10_000
    private(set) var byID: [JobID: JobView] = [:]
    private var order: [JobID] = []
    private var oldest = 0
    /// How many were added, since this process began.
    private(set) var count: UInt64 = 0

    mutating func add(_ job: JobView) {
        count += 1
        byID[job.id] = job
        if order.count < Self.most {
            order.append(job.id)
        } else {
            if order[oldest] != job.id { byID[order[oldest]] = nil }
            order[oldest] = job.id
            oldest = (oldest + 1) % Self.most
        }
    }

    /// Those that were added after the first `number`, in the order of finishing: so many at most, of those still known.
    func after(_ number: UInt64, limit: Int) -> FinishedPage {
        // A number of an earlier process, whose count went further, means nothing here.
        let number = number > count ? 0 : number
        let first = max(number, count - UInt64(order.count))
        let last = min(count, first &+ UInt64(max(0, limit)))
        guard first < last else { return FinishedPage(next: count, missed: 0, jobs: []) }
        let jobs = (first..<last).compactMap { byID[order[Int($0 % UInt64(Self.most))]] }
        return FinishedPage(next: last, missed: Int(clamping: first - number), jobs: jobs)
    }
}
