/// Rows by number, for numbers that are given out in ascending order and of which few remain in the end.
///
/// Sixty-four neighbours share a chunk: one bit each says who is there, and their rows lie side by side without gaps. So a
/// straggler costs its row and its chunk's few words, not the room of all who are gone. A copy shares all chunks with
/// its original, and whichever of the two changes a row first copies that chunk alone: a checkpoint may go through
/// millions of rows while they change.
struct NumberedRows<Row: Sendable>: Sendable {
    fileprivate struct Chunk: Sendable {
        let number: UInt64
        var present: UInt64 = 0
        var rows: [Row] = []

        func place(of bit: UInt64) -> Int { (present & (bit &- 1)).nonzeroBitCount }
    }

    /// Ascending, some of them empty.
    private var chunks: [Chunk] = []
    private var emptyChunks = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    subscript(number: UInt64) -> Row? {
        get {
            let bit = Self.bit(number)
            guard let index = index(of: number >> 6), chunks[index].present & bit != 0 else { return nil }
            return chunks[index].rows[chunks[index].place(of: bit)]
        }
        set {
            if let newValue { put(newValue, at: number) } else { remove(number) }
        }
    }

    /// Changes a row where it lies; nil if there is none.
    mutating func change<Value>(_ number: UInt64, _ body: (inout Row) -> Value) -> Value? {
        let bit = Self.bit(number)
        guard let index = index(of: number >> 6), chunks[index].present & bit != 0 else { return nil }
        return body(&chunks[index].rows[chunks[index].place(of: bit)])
    }

    func contains(_ number: UInt64) -> Bool {
        index(of: number >> 6).map { chunks[$0].present & Self.bit(number) != 0 } ?? false
    }

    private mutating func put(_ row: Row, at number: UInt64) {
        let bit = Self.bit(number)
        let index = indexMakingRoom(for: number >> 6)
        let place = chunks[index].place(of: bit)
        if chunks[index].present & bit != 0 {
            chunks[index].rows[place] = row
            return
        }
        if chunks[index].present == 0 { emptyChunks -= 1 }
        chunks[index].present |= bit
        chunks[index].rows.insert(row, at: place)
        count += 1
    }

    private mutating func remove(_ number: UInt64) {
        let bit = Self.bit(number)
        guard let index = index(of: number >> 6), chunks[index].present & bit != 0 else { return }
        chunks[index].rows.remove(at: chunks[index].place(of: bit))
        chunks[index].present &= ~bit
        count -= 1
        if chunks[index].present == 0 {
            chunks[index].rows = []
            emptyChunks += 1
            forgetEmptyChunks()
        } else if chunks[index].rows.capacity > 4 * chunks[index].rows.count {
            // What remains must not hold the room of those that left.
            chunks[index].rows = chunks[index].rows.map(\.self)
        }
    }

    /// When most of them are, so that each costs the same however many there are.
    private mutating func forgetEmptyChunks() {
        guard emptyChunks > 64, emptyChunks * 2 > chunks.count else { return }
        chunks = chunks.filter { $0.present != 0 }
        emptyChunks = 0
    }

    private static func bit(_ number: UInt64) -> UInt64 { 1 << (number & 63) }

    private func index(of number: UInt64) -> Int? {
        let index = firstIndex(notBefore: number)
        return index < chunks.count && chunks[index].number == number ? index : nil
    }

    private mutating func indexMakingRoom(for number: UInt64) -> Int {
        let index = firstIndex(notBefore: number)
        if index == chunks.count || chunks[index].number != number {
            chunks.insert(Chunk(number: number), at: index)
            emptyChunks += 1
        }
        return index
    }

    private func firstIndex(notBefore number: UInt64) -> Int {
        guard let first = chunks.first?.number, let last = chunks.last?.number, number <= last else {
            return chunks.count
        }
        guard number > first else { return 0 }
        // No chunk can lie further in front, or further back, than if there were no gaps: mostly there are none.
        var high = Int(Swift.min(number - first, UInt64(chunks.count - 1)))
        if chunks[high].number == number { return high }
        var low = chunks.count - 1 - Int(Swift.min(last - number, UInt64(chunks.count - 1)))
        if chunks[low].number == number { return low }
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Bytes set aside for all of it, roughly.
    var footprint: Int {
        chunks.reduce(chunks.capacity * MemoryLayout<Chunk>.stride) {
            // An array's own head, and what an allocator keeps beside it.
            $0 + ($1.rows.capacity == 0 ? 0 : 48 + $1.rows.capacity * MemoryLayout<Row>.stride)
        }
    }
}

extension NumberedRows: Sequence {
    /// Ascending.
    struct Iterator: IteratorProtocol {
        private let chunks: [Chunk]
        private var index: Int
        private var place = 0
        private var rest: UInt64

        fileprivate init(_ chunks: [Chunk], _ index: Int, skipping: UInt64 = 0) {
            self.chunks = chunks
            self.index = index
            rest = 0
            if index < chunks.count {
                rest = chunks[index].present & ~skipping
                place = (chunks[index].present & skipping).nonzeroBitCount
            }
        }

        mutating func next() -> (number: UInt64, row: Row)? {
            while rest == 0 {
                index += 1
                guard index < chunks.count else { return nil }
                rest = chunks[index].present
                place = 0
            }
            defer {
                rest &= rest - 1
                place += 1
            }
            return (chunks[index].number << 6 | UInt64(rest.trailingZeroBitCount), chunks[index].rows[place])
        }
    }

    func makeIterator() -> Iterator { Iterator(chunks, 0) }

    /// Those with this number and greater ones.
    func from(_ number: UInt64) -> IteratorSequence<Iterator> {
        let index = firstIndex(notBefore: number >> 6)
        let isWithin = index < chunks.count && chunks[index].number == number >> 6
        return IteratorSequence(Iterator(chunks, index, skipping: isWithin ? Self.bit(number) &- 1 : 0))
    }

    /// Greatest number first.
    func descending() -> some Sequence<(number: UInt64, row: Row)> {
        chunks.reversed().lazy.flatMap { chunk in
            chunk.rows.indices.reversed().lazy.map { place in
                (number: chunk.number << 6 | UInt64(chunk.present.place(ofBit: place)), row: chunk.rows[place])
            }
        }
    }
}

extension UInt64 {
    /// Where the bit lies that has so many set ones below it.
    fileprivate func place(ofBit rank: Int) -> Int {
        var bits = self
        for _ in 0..<rank { bits &= bits - 1 }
        return bits.trailingZeroBitCount
    }
}
