/// The records that were submitted last, for readers that come soon after: a bounded number of bytes.
struct RecentRecords {
    private var records: Ring = Ring()
    private var bytes = 0
    private let most: Int

    init(most: Int) { self.most = most }

    mutating func add(_ record: JournalRecord) {
        let size = Self.size(record)
        guard size <= most else { return }
        bytes += size
        records.append(record)
        while bytes > most, let oldest = records.popFirst() { bytes -= Self.size(oldest) }
    }

    subscript(address: RecordAddress) -> JournalRecord? {
        // Places are handed out in order.
        var (low, high) = (0, records.count)
        while low < high {
            let middle = (low + high) / 2
            if records[middle].address < address { low = middle + 1 } else { high = middle }
        }
        return low < records.count && records[low].address == address ? records[low] : nil
    }

    /// What it takes in memory, roughly.
    private static func size(_ record: JournalRecord) -> Int { record.payload.count + 96 }

    /// First in, first out, and each by its place.
    private struct Ring {
        private var elements: [JournalRecord?] = []
        private var head = 0

        var count: Int { elements.count - head }

        subscript(place: Int) -> JournalRecord {
            guard let record = elements[head + place] else { preconditionFailure("places before the head are empty") }
            return record
        }

        mutating func append(_ record: JournalRecord) { elements.append(record) }

        mutating func popFirst() -> JournalRecord? {
            guard head < elements.count else { return nil }
            let first = elements[head]
            elements[head] = nil
            head += 1
            if head > 1_024, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
            return first
        }
    }
}
