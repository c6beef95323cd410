/// The keys of all lanes: found by their prints, and lane by lane in the order in which they were bound.
///
/// Thirty-two bytes a key, and a slot of eight in a hash table that is between seven tenths and seven eighths full. The
/// table is in 256 pieces that grow each for itself, and by a quarter: none is ever so large that the queue would stand
/// still meanwhile, and little of it is empty.
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
        /// The number of an entry and, above it, bits of its print; 0 is free. Linear probing.
        var slots: [UInt64] = []
        var count = 0

        /// Where an entry would stand if it were alone: its bits as a share of all places, so that there may be any
        /// number of these.
        func home(of slot: UInt64) -> Int { Int((slot >> 32) * UInt64(slots.count) >> 32) }

        func next(_ place: Int) -> Int { place + 1 == slots.count ? 0 : place + 1 }

        /// How far round it is from one place to another.
        func distance(from a: Int, to b: Int) -> Int { b >= a ? b - a : b - a + slots.count }

        mutating func put(_ slot: UInt64) {
            var place = home(of: slot)
            while slots[place] != 0 { place = next(place) }
            slots[place] = slot
        }

        /// Backward-shift deletion: entries after the hole move up, so that probing never stops early.
        mutating func clear(_ place: Int) {
            var (hole, place) = (place, next(place))
            while slots[place] != 0 {
                if distance(from: home(of: slots[place]), to: place) >= distance(from: hole, to: place) {
                    slots[hole] = slots[place]
                    hole = place
                }
                place = next(place)
            }
            slots[hole] = 0
        }

        mutating func grow() {
            let old = slots
            slots = [UInt64](repeating: 0, count: max(8, old.count + old.count / 4))
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
        guard let place = place(of: print) else { preconditionFailure("a key is in the index as long as its entry") }
        entries[UInt64(number)] = nil
        pieces[piece].count -= 1
        pieces[piece].clear(place)
    }

    private func find(_ print: KeyPrint) -> UInt32? {
        place(of: print).map { UInt32(truncatingIfNeeded: pieces[Self.piece(print)].slots[$0]) }
    }

    private func place(of print: KeyPrint) -> Int? {
        let piece = Self.piece(print)
        guard pieces[piece].count > 0 else { return nil }
        let tag = Self.slot(print, 0)
        var place = pieces[piece].home(of: tag)
        while true {
            let slot = pieces[piece].slots[place]
            guard slot != 0 else { return nil }
            let number = slot & 0xFFFF_FFFF
            if slot ^ tag == number, entries[number]?.print == print { return place }
            place = pieces[piece].next(place)
        }
    }

    private static func piece(_ print: KeyPrint) -> Int { Int(print.high >> 56) }

    private static func slot(_ print: KeyPrint, _ number: UInt32) -> UInt64 {
        print.low & 0xFFFF_FFFF_0000_0000 | UInt64(number)
    }
}
