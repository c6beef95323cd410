/// The keys of all lanes: found by their prints, and lane by lane in the order in which they were bound.
///
/// Thirty-two bytes a key, and a slot of eight in a hash table that is at most seven eighths full. The table is in 256
/// pieces that grow each for itself: none is ever so large that the queue would stand still meanwhile.
struct KeyIndex: Sendable {
    struct Entry: Sendable {
        var print: KeyPrint
        var lane: UInt64
        /// The lane's next key; 0 after the last.
        var next: UInt32
        var kind: UInt8
        var isExclusive: Bool
    }

    private struct Piece: Sendable {
        /// The number of an entry and, above it, bits of its print; 0 is free. Linear probing; a power of two.
        var slots: [UInt64] = []
        var count = 0

        mutating func put(_ slot: UInt64) {
            let mask = slots.count - 1
            var place = KeyIndex.home(slot) & mask
            while slots[place] != 0 { place = (place + 1) & mask }
            slots[place] = slot
        }

        mutating func grow() {
            let old = slots
            slots = [UInt64](repeating: 0, count: max(8, old.count * 2))
            for slot in old where slot != 0 { put(slot) }
        }
    }

    private var entries = NumberedRows<Entry>()
    private var pieces = [Piece](repeating: Piece(), count: 256)
    private var nextNumber: UInt32 = 1

    var isEmpty: Bool { entries.isEmpty }
    var footprint: Int { entries.footprint + pieces.reduce(0) { $0 + 48 + 8 * $1.slots.capacity } }

    subscript(number: UInt32) -> Entry {
        guard let entry = entries[UInt64(number)] else { preconditionFailure("a lane's keys are in the index") }
        return entry
    }

    func lane(of print: KeyPrint) -> LaneID? { find(print).map { LaneID(rawValue: self[$0].lane) } }

    /// Adds a key that is not there, without a successor.
    mutating func insert(_ key: PrintedKey, of lane: LaneID) -> UInt32 {
        let number = nextNumber
        precondition(number < .max, "more keys than a process can bind in its life")
        nextNumber += 1
        entries[UInt64(number)] = Entry(
            print: key.print, lane: lane.rawValue, next: 0, kind: key.kind, isExclusive: key.isExclusive)
        let piece = Self.piece(key.print)
        if (pieces[piece].count + 1) * 8 > pieces[piece].slots.count * 7 { pieces[piece].grow() }
        pieces[piece].put(Self.slot(key.print, number))
        pieces[piece].count += 1
        return number
    }

    mutating func setNext(of number: UInt32, to next: UInt32) {
        _ = entries.change(UInt64(number)) { $0.next = next }
    }

    mutating func remove(_ number: UInt32) {
        let print = self[number].print
        let piece = Self.piece(print)
        guard var hole = place(of: print) else { preconditionFailure("a key is in the index as long as its entry") }
        entries[UInt64(number)] = nil
        pieces[piece].count -= 1
        // Whoever stands further back than it should moves up, so that nobody is looked for in vain behind a gap.
        let mask = pieces[piece].slots.count - 1
        var next = (hole + 1) & mask
        while pieces[piece].slots[next] != 0 {
            let home = Self.home(pieces[piece].slots[next]) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                pieces[piece].slots[hole] = pieces[piece].slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        pieces[piece].slots[hole] = 0
    }

    private func find(_ print: KeyPrint) -> UInt32? {
        place(of: print).map { UInt32(truncatingIfNeeded: pieces[Self.piece(print)].slots[$0]) }
    }

    private func place(of print: KeyPrint) -> Int? {
        let piece = Self.piece(print)
        let mask = pieces[piece].slots.count - 1
        guard mask >= 0 else { return nil }
        let tag = Self.slot(print, 0)
        var place = Self.home(tag) & mask
        while true {
            let slot = pieces[piece].slots[place]
            guard slot != 0 else { return nil }
            let number = slot & 0xFFFF_FFFF
            if slot ^ tag == number, entries[number]?.print == print { return place }
            place = (place + 1) & mask
        }
    }

    private static func piece(_ print: KeyPrint) -> Int { Int(print.high >> 56) }

    private static func slot(_ print: KeyPrint, _ number: UInt32) -> UInt64 {
        print.low & 0xFFFF_FFFF_0000_0000 | UInt64(number)
    }

    /// Where an entry would stand if nobody else did; a piece with more slots than this has bits would be slow, not wrong.
    private static func home(_ slot: UInt64) -> Int { Int(slot >> 32) }
}
