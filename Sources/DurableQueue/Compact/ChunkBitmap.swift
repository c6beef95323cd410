/// The numbers of a table's rows, as one bit each in chunks of sixty-four neighbours.
///
/// Each chunk has its own number and a word of bits; chunks stand in ascending order, some of them empty. Apart from the
/// rows themselves, so that a search goes through a few words that lie side by side, and is compiled once for all kinds
/// of rows.
struct ChunkBitmap: Sendable {
    /// The place of a number's row: its chunk, and which of the chunk's rows.
    struct Place {
        var chunk: Int
        var row: Int
    }

    private(set) var chunks: [UInt64] = []
    private(set) var present: [UInt64] = []
    private(set) var emptyChunks = 0
    private(set) var count = 0

    func place(of number: UInt64) -> Place? {
        let chunk = firstChunk(notBefore: number)
        guard chunk < chunks.count, chunks[chunk] == number >> 6 else { return nil }
        let (bits, bit) = (present[chunk], Self.bit(number))
        return bits & bit == 0 ? nil : Place(chunk: chunk, row: (bits & (bit &- 1)).nonzeroBitCount)
    }

    /// The place for a number's row; `makesRoom` for a new chunk there.
    mutating func insert(_ number: UInt64) -> (place: Place, isNew: Bool, makesRoom: Bool) {
        let (chunk, bit) = (firstChunk(notBefore: number), Self.bit(number))
        let makesRoom = chunk == chunks.count || chunks[chunk] != number >> 6
        if makesRoom {
            chunks.insert(number >> 6, at: chunk)
            present.insert(0, at: chunk)
            emptyChunks += 1
        }
        let bits = present[chunk]
        let isNew = bits & bit == 0
        if isNew {
            if bits == 0 { emptyChunks -= 1 }
            present[chunk] = bits | bit
            count += 1
        }
        return (Place(chunk: chunk, row: (bits & (bit &- 1)).nonzeroBitCount), isNew, makesRoom)
    }

    mutating func remove(_ number: UInt64) -> Place? {
        guard let place = place(of: number) else { return nil }
        present[place.chunk] &= ~Self.bit(number)
        count -= 1
        if present[place.chunk] == 0 { emptyChunks += 1 }
        return place
    }

    /// The chunks that are left, if most were empty, so that each number costs the same however many there are.
    mutating func forgetEmptyChunks() -> [Int]? {
        guard emptyChunks > 64, emptyChunks * 2 > chunks.count else { return nil }
        let left = chunks.indices.filter { present[$0] != 0 }
        chunks = left.map { chunks[$0] }
        present = left.map { present[$0] }
        emptyChunks = 0
        return left
    }

    static func bit(_ number: UInt64) -> UInt64 { 1 << (number & 63) }

    func firstChunk(notBefore number: UInt64) -> Int {
        let (wanted, count) = (number >> 6, chunks.count)
        guard count > 0, wanted <= chunks[count - 1] else { return count }
        let (first, last) = (chunks[0], chunks[count - 1])
        guard wanted > first else { return 0 }
        // No chunk can lie further in front, or further back, than if there were no gaps: mostly there are none.
        var high = Int(min(wanted - first, UInt64(count - 1)))
        if chunks[high] == wanted { return high }
        var low = count - 1 - Int(min(last - wanted, UInt64(count - 1)))
        if chunks[low] == wanted { return low }
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Bytes set aside.
    var footprint: Int { 8 * (chunks.capacity + present.capacity) }
}
