/// Which lanes there are, by which keys they are found, and what waits in them.
///
/// The rules of identity: a key of an exclusive kind decides; a lane has one value of such a kind at most, so two
/// customers never share a lane, whatever else they share. Other keys lead to the lane that bears them. A job whose
/// keys lead to several lanes that may be one joins them.
struct LaneTable: Sendable {
    struct Row: Sendable {
        var tenant: TenantID
        var keys: [LaneKey] = []
        /// A running or waiting job stays where it is.
        var pending = JobLine()
        /// The newest record that carries the lane's state.
        var state: LogAddress?
        /// Bytes of it; a guess until it is written again by this process.
        var stateSize: UInt32 = 512
        /// Lanes joined into this one whose state has still to be merged into this one's.
        var absorbed: [Absorbed] = []
        /// The newest snapshot that is done: older ones are out of date.
        var newestSnapshot = JobID(rawValue: 0)
        var isPaused = false
        /// The dead jobs that everything else waits for.
        var parkedBy: [JobID] = []

        func value(ofExclusive kind: UInt8) -> String? {
            keys.first { $0.isExclusive && $0.kind == kind }?.value
        }

        var isParked: Bool { !parkedBy.isEmpty }
        var stateAddresses: [LogAddress] { (state.map { [$0] } ?? []) + absorbed.compactMap(\.state) }

        mutating func isDone(snapshot: JobID) { newestSnapshot = max(newestSnapshot, snapshot) }

        mutating func absorb(_ other: Row, _ lane: LaneID) {
            absorbed.append(Absorbed(lane: lane, state: other.state))
            absorbed += other.absorbed
            newestSnapshot = max(newestSnapshot, other.newestSnapshot)
            isPaused = isPaused || other.isPaused
            parkedBy += other.parkedBy
        }
    }

    private struct Address: Hashable, Sendable {
        var tenant: TenantID
        var kind: UInt8
        var value: String
    }

    private(set) var rows: [LaneID: Row] = [:]
    private var index: [Address: LaneID] = [:]
    /// Joined lanes, by the lane that goes on.
    private(set) var joined: [LaneID: LaneID] = [:]
    private(set) var nextLane: UInt64 = 1

    subscript(lane: LaneID) -> Row? {
        get { rows[lane] }
        // In place: a row holds arrays, and copying a long one for each change would make a long lane slow.
        _modify { yield &rows[lane] }
    }

    /// Under what number a lane goes on now.
    func current(_ lane: LaneID) -> LaneID {
        var lane = lane
        while let next = joined[lane] { lane = next }
        return lane
    }

    struct Placement: Equatable {
        var lane: LaneID
        var isNew: Bool
        /// Lanes that turn out to be the same, in the order of their keys' strength.
        var joins: [LaneID]
    }

    /// Where a job with these keys belongs. Changes nothing.
    func place(_ keys: [LaneKey], of tenant: TenantID) -> Placement {
        let keys = Self.consistent(keys)
        var found: [LaneID] = []
        for key in keys {
            guard let lane = index[Address(tenant: tenant, kind: key.kind, value: key.value)] else { continue }
            guard !found.contains(lane), isCompatible(lane, keys), found.allSatisfy({ isCompatible($0, lane) }) else {
                continue
            }
            found.append(lane)
        }
        guard let strongest = found.first else {
            return Placement(lane: LaneID(rawValue: nextLane), isNew: true, joins: [])
        }
        return Placement(lane: strongest, isNew: false, joins: Array(found.dropFirst()))
    }

    /// Of an exclusive kind the strongest value counts: a job with two would fit no lane, not even its own.
    private static func consistent(_ keys: [LaneKey]) -> [LaneKey] {
        var kinds: Set<UInt8> = []
        return keys.filter { !$0.isExclusive || kinds.insert($0.kind).inserted }
    }

    private func isCompatible(_ lane: LaneID, _ keys: [LaneKey]) -> Bool {
        guard let row = rows[lane] else { return false }
        return keys.allSatisfy { key in
            !key.isExclusive || (row.value(ofExclusive: key.kind) ?? key.value) == key.value
        }
    }

    private func isCompatible(_ a: LaneID, _ b: LaneID) -> Bool {
        guard let row = rows[a] else { return false }
        return isCompatible(b, row.keys.filter(\.isExclusive))
    }

    /// Makes the lane if it is new, and lets it be found by these keys from now on. A key that another lane bears
    /// already stays with that one.
    mutating func bind(_ keys: [LaneKey], to lane: LaneID, of tenant: TenantID) {
        if rows[lane] == nil { rows[lane] = Row(tenant: tenant) }
        nextLane = max(nextLane, lane.rawValue + 1)
        for key in keys {
            let address = Address(tenant: tenant, kind: key.kind, value: key.value)
            guard index[address] == nil else { continue }
            if key.isExclusive, rows[lane]?.value(ofExclusive: key.kind) != nil { continue }
            index[address] = lane
            rows[lane]?.keys.append(key)
            forgetOldestKey(of: lane)
        }
    }

    /// Somebody with a new address every day must not grow for ever. The names that decide are never forgotten.
    private mutating func forgetOldestKey(of lane: LaneID) {
        guard let row = rows[lane], row.keys.count > Self.mostKeys,
            let place = row.keys.firstIndex(where: { !$0.isExclusive })
        else { return }
        let key = row.keys[place]
        rows[lane]?.keys.remove(at: place)
        index[Address(tenant: row.tenant, kind: key.kind, value: key.value)] = nil
    }

    static let mostKeys = 256

    /// Everything of `from` goes on in `into`; waiting jobs interleave in the order of acceptance.
    mutating func join(_ from: LaneID, into: LaneID) {
        guard from != into, rows[into] != nil, let old = rows.removeValue(forKey: from) else { return }
        joined[from] = into
        for key in old.keys { index[Address(tenant: old.tenant, kind: key.kind, value: key.value)] = nil }
        bind(old.keys, to: into, of: old.tenant)
        rows[into]?.pending.merge(old.pending)
        rows[into]?.absorb(old, from)
    }

    mutating func insert(_ job: JobID, into lane: LaneID) { rows[lane]?.pending.insert(job) }

    mutating func remove(_ job: JobID, from lane: LaneID) { rows[lane]?.pending.remove(job) }

    /// Where the state of `lane` lies, also after the lane was joined into another and as long as it was not merged.
    func stateAddress(of lane: LaneID) -> LogAddress? {
        if let row = rows[lane] { return row.state }
        return rows[current(lane)]?.absorbed.first { $0.lane == lane }?.state
    }

    /// A new state of `lane`, which may have been joined into another since it was begun.
    mutating func setState(_ address: LogAddress, size: Int, of lane: LaneID, merging: [LaneID]) {
        if rows[lane] != nil {
            rows[lane]?.state = address
            rows[lane]?.stateSize = UInt32(clamping: size)
            rows[lane]?.absorbed.removeAll { merging.contains($0.lane) }
            return
        }
        let heir = current(lane)
        guard let place = rows[heir]?.absorbed.firstIndex(where: { $0.lane == lane }) else { return }
        rows[heir]?.absorbed[place].state = address
        rows[heir]?.absorbed.removeAll { merging.contains($0.lane) }
    }

    mutating func restore(_ record: LaneRecord) {
        bind(record.keys, to: record.id, of: record.tenant)
        rows[record.id]?.state = record.state
        rows[record.id]?.absorbed = record.absorbed
        rows[record.id]?.newestSnapshot = record.newestSnapshot
        rows[record.id]?.isPaused = record.isPaused
        rows[record.id]?.parkedBy = record.parkedBy
        for other in record.absorbed { joined[other.lane] = record.id }
    }

    mutating func reserveNumbers(upTo next: UInt64) { nextLane = max(nextLane, next) }
}
