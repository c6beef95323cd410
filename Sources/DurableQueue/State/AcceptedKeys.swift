/// Which job was accepted under which idempotency key, so that a message that is sent again is not stored again.
///
/// Known are the newest 4,096 keys of each tenant, and beyond those the keys of all jobs that are not finished. Part of the
/// state that the log makes, so a key is as durable as its job, and is known again after a start that read no payload.
struct AcceptedKeys: Sendable {
    static let mostPerTenant = 4_096

    /// By number, which ascends in the order of acceptance.
    private(set) var entries = SparseTable<AcceptedKey>()
    private var table = FingerprintTable()
    private var nextNumber: UInt32 = 1
    /// Numbers of each tenant's newest keys, by the tenant's number.
    private var newest: [Fifo<UInt32>] = []
    /// Of jobs that are not finished, the keys that are not among the newest any more.
    private var older = SparseTable<UInt32>()

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    var footprint: Int { entries.footprint + table.footprint + older.footprint }

    func job(with print: KeyFingerprint) -> JobID? {
        slot(of: print).flatMap { entries[UInt64($0.number)] }.map { JobID(rawValue: $0.job) }
    }

    private func slot(of print: KeyFingerprint) -> FingerprintTable.Slot? {
        table.slot(of: print, in: { entries[UInt64($0)]?.print })
    }

    /// Of two jobs with one key the first keeps it.
    ///
    /// - Parameter isOpen: whether a job is not finished.
    mutating func add(_ print: KeyFingerprint, of job: JobID, tenant: UInt32, isOpen: (JobID) -> Bool) {
        guard slot(of: print) == nil else { return }
        if nextNumber == .max { renumber() }
        entries[UInt64(nextNumber)] = AcceptedKey(print: print, job: job.rawValue, tenant: tenant)
        table.insert(print, nextNumber)
        while newest.count <= tenant { newest.append(Fifo()) }
        newest[Int(tenant)].append(nextNumber)
        nextNumber += 1
        guard newest[Int(tenant)].count > Self.mostPerTenant, let oldest = newest[Int(tenant)].popFirst(),
            let entry = entries[UInt64(oldest)]
        else { return }
        if isOpen(JobID(rawValue: entry.job)) { older[entry.job] = oldest } else { remove(oldest) }
    }

    /// The job was finished, or discarded.
    mutating func close(_ job: JobID) {
        guard let number = older[job.rawValue] else { return }
        older[job.rawValue] = nil
        remove(number)
    }

    private mutating func remove(_ number: UInt32) {
        guard let entry = entries[UInt64(number)], let slot = slot(of: entry.print) else { return }
        table.remove(slot)
        entries[UInt64(number)] = nil
    }

    /// Numbers are used once, and there are four thousand million of them.
    private mutating func renumber() {
        var new = AcceptedKeys()
        for (number, entry) in entries {
            let mine = new.nextNumber
            new.nextNumber += 1
            new.entries[UInt64(mine)] = entry
            new.table.insert(entry.print, mine)
            while new.newest.count <= entry.tenant { new.newest.append(Fifo()) }
            if older[entry.job].map(UInt64.init) == number {
                new.older[entry.job] = mine
            } else {
                new.newest[Int(entry.tenant)].append(mine)
            }
        }
        self = new
    }
}
