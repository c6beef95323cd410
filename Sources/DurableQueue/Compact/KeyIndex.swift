/// The keys of all lanes, found by their fingerprints and by lane.
///
/// A lane's keys stand in the order in which they were bound. A key takes thirty-two bytes beside its slot in the table.
struct KeyIndex: Sendable {
    struct Entry: Sendable {
        var print: KeyFingerprint
        var lane: UInt64
        /// The lane's next key; 0 after the last.
        var next: UInt32
        var kind: UInt8
        var isExclusive: Bool
    }

    private var entries = SparseTable<Entry>()
    private var table = FingerprintTable()
    private var nextNumber: UInt32

    init(firstNumber: UInt32 = 1) { nextNumber = firstNumber }

    /// Whether there is no number left for another key.
    var isUsedUp: Bool { nextNumber == .max }
    var isEmpty: Bool { entries.isEmpty }
    var footprint: Int { entries.footprint + table.footprint }

    subscript(number: UInt32) -> Entry {
        guard let entry = entries[UInt64(number)] else { preconditionFailure("a lane's keys are in the index") }
        return entry
    }

    func lane(of print: KeyFingerprint) -> LaneID? {
        slot(of: print).map { LaneID(rawValue: self[$0.number].lane) }
    }

    private func slot(of print: KeyFingerprint) -> FingerprintTable.Slot? {
        table.slot(of: print, in: { entries[UInt64($0)]?.print })
    }

    /// Adds a key that is not there, without a successor. Not if the numbers are used up.
    mutating func insert(_ key: FingerprintedKey, of lane: LaneID) -> UInt32 {
        let number = nextNumber
        precondition(!isUsedUp, "more keys than fit in memory")
        nextNumber += 1
        entries[UInt64(number)] = Entry(
            print: key.print, lane: lane.rawValue, next: 0, kind: key.kind, isExclusive: key.isExclusive)
        table.insert(key.print, number)
        return number
    }

    mutating func setNext(of number: UInt32, to next: UInt32) {
        _ = entries.change(UInt64(number)) { $0.next = next }
    }

    mutating func remove(_ number: UInt32) {
        guard let slot = slot(of: self[number].print) else {
            preconditionFailure("a key is in the table as long as its entry")
        }
        table.remove(slot)
        entries[UInt64(number)] = nil
    }
}
