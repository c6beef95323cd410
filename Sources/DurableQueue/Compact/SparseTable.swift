/// Rows by number, where numbers are given out in ascending order and few remain in the end.
///
/// Sixty-four neighbours share a chunk: one bit each says which are there, and their rows lie side by side without gaps.
/// So a straggler costs its row and its chunk's few words, not the room of all that are gone. A copy shares all chunks
/// with its original, and a change to either copies one chunk alone: a checkpoint may go through millions of rows while
/// they change.
struct SparseTable<Row: Sendable>: Sendable {
    private var numbers = ChunkBitmap()
    /// Chunk by chunk.
    private var rows: [[Row]] = []

    var count: Int { numbers.count }
    var isEmpty: Bool { numbers.count == 0 }

    subscript(number: UInt64) -> Row? {
        get {
            guard let place = numbers.place(of: number) else { return nil }
            return rows[place.chunk][place.row]
        }
        set {
            if let newValue { put(newValue, at: number) } else { remove(number) }
        }
    }

    /// Changes a row where it lies; nil if there is none.
    mutating func change<Value>(_ number: UInt64, _ body: (inout Row) -> Value) -> Value? {
        guard let place = numbers.place(of: number) else { return nil }
        return body(&rows[place.chunk][place.row])
    }

    func contains(_ number: UInt64) -> Bool { numbers.place(of: number) != nil }

    private mutating func put(_ row: Row, at number: UInt64) {
        let (place, isNew, makesRoom) = numbers.insert(number)
        if makesRoom { rows.insert([], at: place.chunk) }
        if isNew {
            rows[place.chunk].insert(row, at: place.row)
        } else {
            rows[place.chunk][place.row] = row
        }
    }

    private mutating func remove(_ number: UInt64) {
        guard let place = numbers.remove(number) else { return }
        rows[place.chunk].remove(at: place.row)
        if rows[place.chunk].isEmpty {
            rows[place.chunk] = []
            if let left = numbers.forgetEmptyChunks() { rows = left.map { rows[$0] } }
        } else if rows[place.chunk].capacity > 4 * rows[place.chunk].count {
            // What remains must not hold the room of those that left.
            rows[place.chunk] = rows[place.chunk].map(\.self)
        }
    }

    /// Bytes set aside for all of it, roughly.
    var footprint: Int {
        rows.reduce(numbers.footprint + 8 * rows.capacity) {
            // An array's own head, and what an allocator keeps beside it.
            $0 + ($1.capacity == 0 ? 0 : 48 + $1.capacity * MemoryLayout<Row>.stride)
        }
    }
}

extension SparseTable: Sequence {
    /// Ascending.
    struct Iterator: IteratorProtocol {
        private let numbers: ChunkBitmap
        private let rows: [[Row]]
        private var chunk: Int
        private var place = 0
        private var rest: UInt64 = 0

        fileprivate init(_ numbers: ChunkBitmap, _ rows: [[Row]], from chunk: Int, skipping: UInt64 = 0) {
            self.numbers = numbers
            self.rows = rows
            self.chunk = chunk
            if chunk < rows.count {
                let present = numbers.present[chunk]
                rest = present & ~skipping
                place = (present & skipping).nonzeroBitCount
            }
        }

        mutating func next() -> (number: UInt64, row: Row)? {
            while rest == 0 {
                chunk += 1
                guard chunk < rows.count else { return nil }
                rest = numbers.present[chunk]
                place = 0
            }
            defer {
                rest &= rest - 1
                place += 1
            }
            return (numbers.chunks[chunk] << 6 | UInt64(rest.trailingZeroBitCount), rows[chunk][place])
        }
    }

    func makeIterator() -> Iterator { Iterator(numbers, rows, from: 0) }

    /// Those with this number and greater ones.
    func from(_ number: UInt64) -> IteratorSequence<Iterator> {
        let chunk = numbers.firstChunk(notBefore: number)
        let isWithin = chunk < rows.count && numbers.chunks[chunk] == number >> 6
        let skipping = isWithin ? ChunkBitmap.bit(number) &- 1 : 0
        return IteratorSequence(Iterator(numbers, rows, from: chunk, skipping: skipping))
    }

    // MARK: In pieces

    typealias Piece = [(number: UInt64, row: Row)]

    /// Whether there is any row among the sixty-four neighbours of a number, itself included.
    func hasNeighbours(of number: UInt64) -> Bool {
        let chunk = numbers.firstChunk(notBefore: number)
        return chunk < rows.count && numbers.chunks[chunk] == number >> 6 && numbers.present[chunk] != 0
    }

    /// Rows with this number and greater ones, in ascending order: as many as asked for and at most sixty-three more.
    /// Nil: there are none.
    func rows(from number: UInt64, atLeast count: Int = 1) -> Piece? {
        var piece: Piece = []
        var chunk = numbers.firstChunk(notBefore: number)
        while chunk < rows.count, piece.count < count {
            append(chunk, to: &piece) { $0 >= number }
            chunk += 1
        }
        return piece.isEmpty ? nil : piece
    }

    /// Rows with smaller numbers, in descending order: as many as asked for and at most sixty-three more. Nil: there are
    /// none.
    func rows(below number: UInt64, atLeast count: Int = 1) -> Piece? {
        guard number > 0 else { return nil }
        var piece: Piece = []
        var chunk = numbers.firstChunk(notBefore: number)
        if chunk == rows.count || numbers.chunks[chunk] != number >> 6 { chunk -= 1 }
        while chunk >= 0, piece.count < count {
            var own: Piece = []
            append(chunk, to: &own) { $0 < number }
            piece += own.reversed()
            chunk -= 1
        }
        return piece.isEmpty ? nil : piece
    }

    private func append(_ chunk: Int, to piece: inout Piece, where fits: (UInt64) -> Bool) {
        var (bits, base) = (numbers.present[chunk], numbers.chunks[chunk] << 6)
        for row in rows[chunk] {
            let number = base | UInt64(bits.trailingZeroBitCount)
            if fits(number) { piece.append((number, row)) }
            bits &= bits - 1
        }
    }
}
