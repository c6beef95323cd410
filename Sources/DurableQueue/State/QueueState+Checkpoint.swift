extension QueueState {
    /// A copy-on-write snapshot, for a reader that takes longer over it than the queue can stand still.
    ///
    /// Copies nothing by itself: later changes copy one chunk of neighbours each.
    var snapshot: QueueSnapshot {
        QueueSnapshot(
            jobs: jobs, lanes: lanes, lastFailures: lastFailures, acceptedKeys: acceptedKeys.entries,
            small: [.counters(nextJob: nextJob, nextLane: lanes.nextLane, done: done)]
                + metadata.map { .metadata(key: $0, value: $1) }
                + pausedTenants.map { .paused(tenant: $0, lane: nil, isPaused: true) },
            unknown: unknown)
    }
}

/// All that the queue knows, as a sequence of a checkpoint's records.
///
/// Applied to an empty state they make this one again, but for the list of finished jobs.
/// Records are made one at a time, so that a checkpoint of many jobs takes no memory of its own.
public struct QueueSnapshot: Sequence, Sendable {
    let jobs: JobTable
    let lanes: LaneTable
    let lastFailures: SparseTable<LastFailure>
    let acceptedKeys: SparseTable<AcceptedKey>
    let small: [QueueRecord]
    let unknown: [RecoveredRecord]

    public func makeIterator() -> Iterator { Iterator(self) }

    public struct Iterator: IteratorProtocol {
        private let snapshot: QueueSnapshot
        private var small: IndexingIterator<[QueueRecord]>
        private var lanes: SparseTable<PackedLane>.Iterator
        private var jobs: SparseTable<PackedJob>.Iterator
        private var lastFailures: SparseTable<LastFailure>.Iterator
        private var acceptedKeys: SparseTable<AcceptedKey>.Iterator
        private var unknown: IndexingIterator<[RecoveredRecord]>

        fileprivate init(_ snapshot: QueueSnapshot) {
            self.snapshot = snapshot
            small = snapshot.small.makeIterator()
            lanes = snapshot.lanes.rows.makeIterator()
            jobs = snapshot.jobs.rows.makeIterator()
            lastFailures = snapshot.lastFailures.makeIterator()
            acceptedKeys = snapshot.acceptedKeys.makeIterator()
            unknown = snapshot.unknown.makeIterator()
        }

        /// Lanes before the jobs that stand in them, and jobs in the order of acceptance, so that each is added to the
        /// end of its lane again.
        public mutating func next() -> (kind: UInt8, payload: [UInt8])? {
            if let record = small.next() ?? nextLanes() ?? nextJobs() ?? nextTroubles() ?? nextKeys() {
                return (record.kind, record.payload)
            }
            return unknown.next().map { ($0.kind, $0.payload) }
        }

        /// Bytes of one record, roughly: so few that any journal takes them, so many that their frame hardly counts.
        private static let blockSize = 2 << 10

        private mutating func nextLanes() -> QueueRecord? {
            let table = snapshot.lanes
            var (names, rows, size) = (BlockTenants(), [LanesRecord.Lane](), 0)
            while size < Self.blockSize, let (number, row) = lanes.next() {
                let id = LaneID(rawValue: number)
                var saved = row.saved
                saved.tenant = names.place(of: row.tenant, in: table.tenants)
                let keys = table.keys(of: id)
                let extras = table.extras[id] ?? LaneExtras()
                rows.append(LanesRecord.Lane(id: id, row: saved, keys: keys, extras: extras))
                size += 48 + 18 * keys.count + 17 * extras.merged.count + 8 * extras.parkedBy.count
            }
            guard !rows.isEmpty else { return nil }
            return .lanes(LanesRecord(secret: table.fingerprinter.secret, tenants: names.names, rows: rows))
        }

        private mutating func nextJobs() -> QueueRecord? {
            var (names, rows, size) = (BlockTenants(), [JobsRecord.Job](), 0)
            while size < Self.blockSize, let (number, row) = jobs.next() {
                var saved = row
                saved.sequence = 0
                saved.tenant = names.place(of: row.tenant, in: snapshot.jobs.tenants)
                // By the number that it goes on under: that the lane was joined is forgotten once all of it is merged.
                saved.lane = row.id.map(snapshot.lanes.current)?.rawValue ?? 0
                rows.append(JobsRecord.Job(id: JobID(rawValue: number), row: saved))
                size += 46
            }
            return rows.isEmpty ? nil : .jobs(JobsRecord(tenants: names.names, rows: rows))
        }

        private mutating func nextTroubles() -> QueueRecord? {
            var (rows, size) = ([LastFailuresRecord.Row](), 0)
            while size < Self.blockSize, let (number, failure) = lastFailures.next() {
                rows.append(LastFailuresRecord.Row(id: JobID(rawValue: number), failure: failure))
                size += 28 + failure.reason.utf8.count
            }
            return rows.isEmpty ? nil : .lastFailures(LastFailuresRecord(rows: rows))
        }

        private mutating func nextKeys() -> QueueRecord? {
            var (names, rows, size) = (BlockTenants(), [AcceptedKey](), 0)
            while size < Self.blockSize, let (_, entry) = acceptedKeys.next() {
                var saved = entry
                saved.tenant = names.place(of: entry.tenant, in: snapshot.jobs.tenants)
                rows.append(saved)
                size += 28
            }
            guard !rows.isEmpty else { return nil }
            let secret = snapshot.lanes.fingerprinter.secret
            return .acceptedKeys(AcceptedKeysRecord(secret: secret, tenants: names.names, rows: rows))
        }
    }
}

/// The tenants that occur in one record.
private struct BlockTenants {
    private(set) var names: [TenantID] = []
    private var places: [UInt32: UInt32] = [:]

    mutating func place(of number: UInt32, in tenants: TenantInterner) -> UInt32 {
        if let place = places[number] { return place }
        let place = UInt32(names.count)
        names.append(tenants[number])
        places[number] = place
        return place
    }
}
