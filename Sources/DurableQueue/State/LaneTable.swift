/// Which lanes there are, by which keys they are found, and what waits in them.
///
/// The rules of identity: a key of an exclusive kind decides; a lane has one value of such a kind at most, so two
/// customers never share a lane, whatever else they share. Other keys lead to the lane that bears them. A job whose
/// keys lead to several lanes that may be one joins them.
///
/// A lane is kept as long as it means something; see `isForgettable`. An idle one is kept small: forty-eight bytes, and
/// some forty-five for each of its keys.
struct LaneTable: Sendable {
    /// A lane, as the queue sees it.
    struct Row: Sendable {
        var tenant: TenantID
        /// A running or waiting job stays where it is.
        var pending: LaneQueue
        /// The newest record that carries the lane's state.
        var state: LogAddress?
        /// Bytes of it; a guess if the log does not tell.
        var stateSize: UInt32
        /// Lanes joined into this one whose state has still to be merged into this one's.
        var merged: [MergedLane]
        /// The newest snapshot that is done: older ones are out of date.
        var newestSnapshot: JobID
        var isPaused: Bool
        /// The dead jobs that everything else waits for.
        var parkedBy: [JobID]

        var isParked: Bool { !parkedBy.isEmpty }
        var stateAddresses: [LogAddress] { (state.map { [$0] } ?? []) + merged.compactMap(\.state) }
    }

    private(set) var rows = SparseTable<PackedLane>()
    private(set) var extras: [LaneID: LaneExtras] = [:]
    private(set) var tenants = TenantInterner()
    private var index: KeyIndex
    private(set) var fingerprinter = KeyFingerprinter(secret: .random())
    /// Joined lanes, by the lane that goes on.
    private(set) var joined: [LaneID: LaneID] = [:]
    private(set) var nextLane: UInt64 = 1
    /// Bytes of the records that carry their states, nearly.
    private(set) var stateBytes = 0
    /// Lanes that became forgettable; some may have become more since.
    private(set) var idle: [LaneID] = []

    /// - Parameter firstKey: the number of the first key.
    init(firstKey: UInt32 = 1) { index = KeyIndex(firstNumber: firstKey) }

    var count: Int { rows.count }
    var footprint: Int { rows.footprint + index.footprint }

    subscript(lane: LaneID) -> Row? {
        guard let row = rows[lane.rawValue] else { return nil }
        let extras = row.hasExtras ? extras[lane] : nil
        return Row(
            tenant: tenants[row.tenant], pending: row.line, state: row.address, stateSize: row.stateSize,
            merged: extras?.merged ?? [], newestSnapshot: JobID(rawValue: row.newestSnapshot),
            isPaused: row.isPaused, parkedBy: extras?.parkedBy ?? [])
    }

    /// Under what number a lane goes on now.
    func current(_ lane: LaneID) -> LaneID {
        var lane = lane
        while let next = joined[lane] { lane = next }
        return lane
    }

    /// Paused, or parked behind a dead job.
    func isBlocked(_ lane: LaneID) -> Bool {
        guard let row = rows[lane.rawValue] else { return false }
        return row.isPaused || (row.hasExtras && extras[lane]?.parkedBy.isEmpty == false)
    }

    // MARK: Identity

    struct Placement: Equatable {
        var lane: LaneID
        var isNew: Bool
        /// Lanes that turn out to be the same, in the order of their keys' strength.
        var joins: [LaneID]
    }

    /// Where a job with these keys belongs. Changes nothing.
    func place(_ keys: [LaneKey], of tenant: TenantID) -> Placement {
        if keys.count == 1 {
            let key = fingerprinter.print(keys[0], of: tenant)
            let lane = index.lane(of: key.print).flatMap { isCompatible($0, [key]) ? $0 : nil }
            return Placement(lane: lane ?? LaneID(rawValue: nextLane), isNew: lane == nil, joins: [])
        }
        let keys = Self.consistent(keys).map { fingerprinter.print($0, of: tenant) }
        var found: [LaneID] = []
        for key in keys {
            guard let lane = index.lane(of: key.print), !found.contains(lane), isCompatible(lane, keys),
                found.allSatisfy({ isCompatible($0, self.keys(of: lane)) })
            else { continue }
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

    private func isCompatible(_ lane: LaneID, _ keys: [FingerprintedKey]) -> Bool {
        keys.allSatisfy { key in !key.isExclusive || (print(ofExclusive: key.kind, in: lane) ?? key.print) == key.print
        }
    }

    private func print(ofExclusive kind: UInt8, in lane: LaneID) -> KeyFingerprint? {
        var number = rows[lane.rawValue]?.firstKey ?? 0
        while number != 0 {
            let entry = index[number]
            if entry.isExclusive, entry.kind == kind { return entry.print }
            number = entry.next
        }
        return nil
    }

    /// In the order in which they were bound.
    func keys(of lane: LaneID) -> [FingerprintedKey] {
        keyNumbers(of: lane).map { number in
            let entry = index[number]
            return FingerprintedKey(print: entry.print, kind: entry.kind, isExclusive: entry.isExclusive)
        }
    }

    private func keyNumbers(of lane: LaneID) -> [UInt32] {
        var numbers: [UInt32] = []
        var number = rows[lane.rawValue]?.firstKey ?? 0
        while number != 0 {
            numbers.append(number)
            number = index[number].next
        }
        return numbers
    }

    /// Which lane a key leads to.
    func owner(of key: LaneKey, of tenant: TenantID) -> LaneID? {
        index.lane(of: fingerprinter.print(key, of: tenant).print)
    }

    /// Unless each belongs to a customer of its own.
    func mayJoin(_ lane: LaneID, _ other: LaneID) -> Bool { isCompatible(lane, keys(of: other)) }

    /// Lets a lane that is there be found by these keys too.
    mutating func bind(_ keys: [LaneKey], to lane: LaneID) {
        guard let tenant = rows[lane.rawValue]?.tenant else { return }
        bind(keys, to: lane, of: tenants[tenant])
    }

    /// Makes the lane if it is new, and lets it be found by these keys from now on. A key that another lane bears
    /// already stays with that one.
    mutating func bind(_ keys: [LaneKey], to lane: LaneID, of tenant: TenantID) {
        bind(keys.map { fingerprinter.print($0, of: tenant) }, to: lane, of: tenant)
    }

    mutating func bind(_ keys: [FingerprintedKey], to lane: LaneID, of tenant: TenantID) {
        // A lane is either here or joined into another: else the way to its heir could lead round in a circle.
        let lane = current(lane)
        if !rows.contains(lane.rawValue) { rows[lane.rawValue] = PackedLane(tenant: tenants.number(of: tenant)) }
        nextLane = max(nextLane, lane.rawValue &+ 1)
        for key in keys where index.lane(of: key.print) == nil {
            if key.isExclusive, print(ofExclusive: key.kind, in: lane) != nil { continue }
            append(key, to: lane)
        }
    }

    private mutating func append(_ key: FingerprintedKey, to lane: LaneID) {
        if index.isUsedUp { renumberKeys() }
        let before = keyNumbers(of: lane)
        let number = index.insert(key, of: lane)
        if let last = before.last {
            index.setNext(of: last, to: number)
        } else {
            _ = rows.change(lane.rawValue) { $0.firstKey = number }
        }
        if before.count + 1 > Self.mostKeys { forgetOldestKey(of: lane, among: before + [number]) }
    }

    /// A contact with a new booking every day must not grow for ever. What goes is the oldest of the kind that the lane has
    /// most of (of several such kinds, the lowest), so that bookings do not displace a name. The keys that decide are never
    /// forgotten.
    private mutating func forgetOldestKey(of lane: LaneID, among numbers: [UInt32]) {
        var places: [UInt8: [Int]] = [:]
        for place in numbers.indices where !index[numbers[place]].isExclusive {
            places[index[numbers[place]].kind, default: []].append(place)
        }
        let most = places.max { a, b in (a.value.count, b.key) < (b.value.count, a.key) }
        guard let place = most?.value.first else { return }
        let next = index[numbers[place]].next
        if place == 0 {
            _ = rows.change(lane.rawValue) { $0.firstKey = next }
        } else {
            index.setNext(of: numbers[place - 1], to: next)
        }
        index.remove(numbers[place])
    }

    static let mostKeys = 256

    /// Everything of `from` goes on in `into`; waiting jobs interleave in the order of acceptance.
    mutating func join(_ from: LaneID, into: LaneID) {
        guard from != into, rows.contains(into.rawValue), let old = rows[from.rawValue] else { return }
        stateBytes -= bytes(of: from) + bytes(of: into)
        defer { stateBytes += bytes(of: into) }
        let (keys, extras) = (keys(of: from), extras.removeValue(forKey: from) ?? LaneExtras())
        for number in keyNumbers(of: from) { index.remove(number) }
        rows[from.rawValue] = nil
        joined[from] = into
        bind(keys, to: into, of: tenants[old.tenant])
        _ = rows.change(into.rawValue) { row in
            // Live jobs of the one may now stand behind bulk ones of the other.
            let isMixed = !row.line.isEmpty && !old.line.isEmpty && (row.hasBulk || old.hasBulk)
            row.isEscalated = row.isEscalated || old.isEscalated || isMixed
            row.hasBulk = row.hasBulk || old.hasBulk
            row.line.merge(old.line)
            row.newestSnapshot = max(row.newestSnapshot, old.newestSnapshot)
            row.isPaused = row.isPaused || old.isPaused
            row.dead += min(old.dead, .max - row.dead)
        }
        change(into) { own in
            own.merged.append(MergedLane(lane: from, state: old.address))
            own.merged += extras.merged
            own.parkedBy += extras.parkedBy
        }
    }

    // MARK: Lanes that mean nothing any more

    /// Whether nothing is lost with it: no job stands in it, a dead one neither, it has no state and is not paused, none
    /// was joined into it, and it is found by one key at most.
    ///
    /// With two keys it would be lost that they lead to one customer: the next job of the one key and the next of the other
    /// would run side by side.
    func isForgettable(_ lane: LaneID) -> Bool {
        guard let row = rows[lane.rawValue], row.line.isEmpty, row.dead == 0, row.address == nil, !row.isPaused,
            !row.hasExtras
        else { return false }
        return row.firstKey == 0 || index[row.firstKey].next == 0
    }

    /// Takes note of a lane that may be forgotten. Beyond a bound it is found before the next checkpoint only.
    mutating func noteIfForgettable(_ lane: LaneID) {
        if idle.count < Self.mostIdle, isForgettable(lane) { idle.append(lane) }
    }

    mutating func takeIdle() -> [LaneID] {
        defer { idle = [] }
        return idle
    }

    /// Forgets the lane and its key. Its number is not given out again.
    mutating func forget(_ lane: LaneID) {
        guard isForgettable(lane) else { return }
        for number in keyNumbers(of: lane) { index.remove(number) }
        rows[lane.rawValue] = nil
    }

    /// Numbers of keys are used once, and there are four thousand million of them.
    private mutating func renumberKeys() {
        var new = KeyIndex()
        for (number, row) in rows where row.firstKey != 0 {
            let lane = LaneID(rawValue: number)
            let mine = keys(of: lane).map { new.insert($0, of: lane) }
            for (key, next) in zip(mine, mine.dropFirst()) { new.setNext(of: key, to: next) }
            _ = rows.change(number) { $0.firstKey = mine.first ?? 0 }
        }
        index = new
    }

    static let mostIdle = 4_096

    // MARK: What waits, and how it stands

    func head(of lane: LaneID) -> JobID? { rows[lane.rawValue]?.line.first }

    /// Whether a live job may stand behind a bulk one, or beside the bulk run of a lane that was joined into this one.
    func isEscalated(_ lane: LaneID) -> Bool { rows[lane.rawValue]?.isEscalated ?? false }

    mutating func insert(_ job: JobID, _ urgency: JobUrgency, into lane: LaneID) {
        _ = rows.change(lane.rawValue) { row in
            row.line.insert(job)
            switch urgency {
            case .live: row.isEscalated = row.hasBulk
            case .bulk:
                row.hasBulk = true
                // Put back by an operator, it stands before jobs that may be live.
                if row.line.last != job { row.isEscalated = true }
            }
        }
    }

    mutating func remove(_ job: JobID, from lane: LaneID) {
        _ = rows.change(lane.rawValue) { row in
            row.line.remove(job)
            if row.line.isEmpty { (row.hasBulk, row.isEscalated) = (false, false) }
        }
    }

    /// A job died in the lane.
    mutating func countDead(in lane: LaneID) {
        _ = rows.change(lane.rawValue) { if $0.dead < .max { $0.dead += 1 } }
    }

    /// A dead job of the lane was put back, or closed.
    mutating func uncountDead(in lane: LaneID) {
        _ = rows.change(lane.rawValue) { if $0.dead > 0, $0.dead < .max { $0.dead -= 1 } }
    }

    mutating func isDone(snapshot: JobID, in lane: LaneID) {
        _ = rows.change(lane.rawValue) { $0.newestSnapshot = max($0.newestSnapshot, snapshot.rawValue) }
    }

    mutating func set(isPaused: Bool, of lane: LaneID) {
        _ = rows.change(lane.rawValue) { $0.isPaused = isPaused }
    }

    mutating func park(_ lane: LaneID, behind job: JobID) { change(lane) { $0.parkedBy.append(job) } }

    mutating func unpark(_ lane: LaneID, of job: JobID) {
        guard rows[lane.rawValue]?.hasExtras == true else { return }
        change(lane) { $0.parkedBy.removeAll { $0 == job } }
    }

    private mutating func change(_ lane: LaneID, _ body: (inout LaneExtras) -> Void) {
        guard rows.contains(lane.rawValue) else { return }
        var own = extras[lane] ?? LaneExtras()
        body(&own)
        let hasExtras = !own.merged.isEmpty || !own.parkedBy.isEmpty
        extras[lane] = hasExtras ? own : nil
        _ = rows.change(lane.rawValue) { $0.hasExtras = hasExtras }
    }

    /// Where the state of `lane` lies, also after the lane was joined into another and as long as it was not merged.
    func stateAddress(of lane: LaneID) -> LogAddress? {
        if let row = rows[lane.rawValue] { return row.address }
        return extras[current(lane)]?.merged.first { $0.lane == lane }?.state
    }

    /// A new state of `lane`, which may have been joined into another since it was begun.
    mutating func setState(_ address: LogAddress, size: Int, of lane: LaneID, merging: [LaneID]) {
        let heir = current(lane)
        stateBytes -= bytes(of: heir)
        put(address, size: size, of: lane, merging: merging)
        stateBytes += bytes(of: heir)
    }

    /// Of the records with its state and with those of lanes that were joined into it.
    private func bytes(of lane: LaneID) -> Int {
        guard let row = rows[lane.rawValue] else { return 0 }
        let own = row.address == nil ? 0 : SpaceNeed.state(Int(row.stateSize))
        guard row.hasExtras, let merged = extras[lane]?.merged else { return own }
        // A guess, until they are merged.
        return merged.reduce(own) { $0 + ($1.state == nil ? 0 : SpaceNeed.state(PackedLane.usualState)) }
    }

    private mutating func put(_ address: LogAddress, size: Int, of lane: LaneID, merging: [LaneID]) {
        let isThere: Void? = rows.change(lane.rawValue) { row in
            row.state = address.rawValue
            row.stateSize = UInt32(clamping: size)
        }
        let heir = isThere == nil ? current(lane) : lane
        guard let own = extras[heir], isThere != nil || own.merged.contains(where: { $0.lane == lane }) else {
            return
        }
        change(heir) { own in
            for place in own.merged.indices where own.merged[place].lane == lane {
                own.merged[place].state = address
            }
            own.merged.removeAll { merging.contains($0.lane) }
        }
    }

    // MARK: From a checkpoint

    mutating func restore(_ record: LaneRecord) {
        bind(record.keys, to: record.id, of: record.tenant)
        restore(
            PackedLane(
                state: record.state?.rawValue ?? PackedLane.noState, newestSnapshot: record.newestSnapshot.rawValue,
                tenant: 0, isPaused: record.isPaused),
            LaneExtras(merged: record.merged, parkedBy: record.parkedBy), of: record.id)
    }

    /// A row whose lane and keys are bound.
    mutating func restore(_ saved: PackedLane, _ extras: LaneExtras, of lane: LaneID) {
        stateBytes -= bytes(of: lane)
        defer { stateBytes += bytes(of: lane) }
        _ = rows.change(lane.rawValue) { row in
            row.state = saved.state
            row.stateSize = saved.stateSize
            row.newestSnapshot = saved.newestSnapshot
            row.isPaused = saved.isPaused
        }
        guard rows.contains(lane.rawValue), !extras.merged.isEmpty || !extras.parkedBy.isEmpty else { return }
        change(lane) { $0 = extras }
        // As above.
        for other in extras.merged where !rows.contains(other.lane.rawValue) { joined[other.lane] = lane }
    }

    /// Makes prints as they were made before. False if others were made already: then these keys would not be found.
    mutating func adopt(_ secret: SipHash.Key) -> Bool {
        if index.isEmpty { fingerprinter = KeyFingerprinter(secret: secret) }
        return fingerprinter.secret == secret
    }

    mutating func reserveNumbers(upTo next: UInt64) { nextLane = max(nextLane, next) }
}
