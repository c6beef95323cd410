/// A hash table from key fingerprints to the numbers of entries that lie elsewhere.
///
/// A slot takes eight bytes, and between seven tenths and seven eighths of the slots are in use. The table is in 256 pieces
/// that grow each for itself, and by a quarter: none is ever so large that the queue would stand still meanwhile, and
/// little of it is empty.
struct FingerprintTable: Sendable {
    private struct Piece: Sendable {
        /// The number of an entry and, above it, bits of its print; 0 is free. Linear probing.
        var slots: [UInt64] = []
        var count = 0

        /// Where an entry would stand if the table were empty: its bits as a share of all places, so that there may be
        /// any number of these.
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

    private var pieces = [Piece](repeating: Piece(), count: 256)

    var footprint: Int { pieces.reduce(0) { $0 + 48 + 8 * $1.slots.capacity } }

    /// A slot in use, until the next change of the table.
    struct Slot {
        fileprivate var piece: Int
        fileprivate var place: Int
        /// The number of the entry.
        var number: UInt32
    }

    /// - Parameter number: not 0. The print is not in the table.
    mutating func insert(_ print: KeyFingerprint, _ number: UInt32) {
        let piece = Self.piece(print)
        if (pieces[piece].count + 1) * 8 > pieces[piece].slots.count * 7 { pieces[piece].grow() }
        pieces[piece].put(Self.slot(print, number))
        pieces[piece].count += 1
    }

    mutating func remove(_ slot: Slot) {
        pieces[slot.piece].count -= 1
        pieces[slot.piece].clear(slot.place)
    }

    /// - Parameter entries: the print of the entry with a number; nil if there is none.
    func slot(of print: KeyFingerprint, in entries: (UInt32) -> KeyFingerprint?) -> Slot? {
        let piece = Self.piece(print)
        guard pieces[piece].count > 0 else { return nil }
        let tag = Self.slot(print, 0)
        var place = pieces[piece].home(of: tag)
        while true {
            let slot = pieces[piece].slots[place]
            guard slot != 0 else { return nil }
            let number = UInt32(truncatingIfNeeded: slot)
            if slot ^ tag == UInt64(number), entries(number) == print {
                return Slot(piece: piece, place: place, number: number)
            }
            place = pieces[piece].next(place)
        }
    }

    private static func piece(_ print: KeyFingerprint) -> Int { Int(print.high >> 56) }

    private static func slot(_ print: KeyFingerprint, _ number: UInt32) -> UInt64 {
        print.low & 0xFFFF_FFFF_0000_0000 | UInt64(number)
    }
}
