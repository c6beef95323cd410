/// The last jobs that were finished, for listings only.
struct FinishedJobs: Sendable {
    static let most = 10_000
    /// In the order of finishing, round in a ring.
    private var jobs: [JobView] = []
    private var oldest = 0
    private var places = SparseTable<UInt16>()
    /// How many were added, since this process began.
    private(set) var count: UInt64 = 0

    mutating func add(_ job: JobView) {
        count += 1
        if jobs.count < Self.most {
            places[job.id.rawValue] = UInt16(jobs.count)
            jobs.append(job)
        } else {
            if places[jobs[oldest].id.rawValue] == UInt16(oldest) { places[jobs[oldest].id.rawValue] = nil }
            places[job.id.rawValue] = UInt16(oldest)
            jobs[oldest] = job
            oldest = (oldest + 1) % Self.most
        }
    }

    /// Takes the words off the jobs of some lanes.
    mutating func erase(where isErased: (LaneID) -> Bool) {
        for at in jobs.indices where jobs[at].lane.map(isErased) ?? false { jobs[at].reason = nil }
    }

    /// The jobs by their numbers.
    struct ByID {
        fileprivate let jobs: [JobView]
        fileprivate let places: SparseTable<UInt16>

        var count: Int { places.count }
        var values: [JobView] { jobs }
        subscript(id: JobID) -> JobView? { places[id.rawValue].map { jobs[Int($0)] } }
    }

    var byID: ByID { ByID(jobs: jobs, places: places) }

    /// Those that were added after the first `number`, in the order of finishing: so many at most, of those still known.
    func after(_ number: UInt64, limit: Int) -> FinishedPage {
        // A number of an earlier process, whose count went further, means nothing here.
        let number = number > count ? 0 : number
        let first = max(number, count - UInt64(jobs.count))
        let last = min(count, first &+ UInt64(max(0, limit)))
        guard first < last else { return FinishedPage(next: count, missed: 0, jobs: []) }
        let page = (first..<last).map { jobs[Int($0 % UInt64(Self.most))] }
        return FinishedPage(next: last, missed: Int(clamping: first - number), jobs: page)
    }
}
