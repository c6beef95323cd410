/// How many jobs of each tenant stand where, kept as they go, so that millions of them need not be counted.
///
/// What is running is not told apart here: the log does not know of it.
struct JobCounters: Sendable {
    enum Standing: Int, Sendable {
        /// In a lane that is neither paused nor parked, and not waiting for a time.
        case accepted
        case waiting
        /// In a lane that is paused or parked.
        case blocked
        case dead
    }

    struct Counts: Sendable, Equatable {
        private var numbers = SIMD4<Int32>()

        subscript(standing: Standing) -> Int {
            get { Int(numbers[standing.rawValue]) }
            set { numbers[standing.rawValue] = Int32(newValue) }
        }

        var pending: Int { self[.accepted] + self[.waiting] + self[.blocked] }
    }

    /// By the tenants' numbers.
    private(set) var counts: [Counts] = []
    /// No pending job of the tenant is older than this one.
    private var oldest: [UInt64] = []

    mutating func add(_ job: JobID, _ standing: Standing, of tenant: UInt32) {
        while counts.count <= tenant {
            counts.append(Counts())
            oldest.append(.max)
        }
        counts[Int(tenant)][standing] += 1
        if standing != .dead { oldest[Int(tenant)] = Swift.min(oldest[Int(tenant)], job.rawValue) }
    }

    mutating func remove(_ standing: Standing, of tenant: UInt32) {
        counts[Int(tenant)][standing] -= 1
        precondition(counts[Int(tenant)][standing] >= 0, "a job stands where it was put")
        if counts[Int(tenant)].pending == 0 { oldest[Int(tenant)] = .max }
    }

    func hasUnfinished(of tenant: UInt32) -> Bool {
        counts.indices.contains(Int(tenant)) && counts[Int(tenant)] != Counts()
    }

    /// The tenant's oldest job that is not dead. Looks on from where it was found the last time, so that all calls
    /// together pass each job once, and in pieces: nil also if it was not found yet.
    mutating func oldestPending(of tenant: UInt32, in jobs: JobTable) -> Int64? {
        guard counts.indices.contains(Int(tenant)), counts[Int(tenant)].pending > 0 else { return nil }
        // Mostly it is where it was.
        for most in [1, JobTable.rowsAtOnce] {
            let piece = jobs.rows(from: oldest[Int(tenant)], of: tenant, atLeast: most)
            if let (number, row) = piece.rows.first(where: { $0.row.tenant == tenant && !$0.row.isDead }) {
                oldest[Int(tenant)] = number
                return row.acceptedAt
            }
            guard let next = piece.next else { return nil }
            oldest[Int(tenant)] = next
        }
        return nil
    }
}
