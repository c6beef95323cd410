/// An id of the client's own, which is unique for each kind within a data source.
struct ExternalKey: Hashable, Sendable {
    var source: String
    var id: String
}

protocol TableRow: Sendable {
    /// In the order of creation; never given out again.
    var number: Int { get }
    var uuid: String { get }
    var keys: [ExternalKey] { get }
}

/// The objects of one kind, in the order of their creation, found by uuid and by external id.
struct Table<Row: TableRow>: Sendable {
    private var byNumber: [Int: Row] = [:]
    private var numbers: [Int] = []  // ascending
    private var numberOfUUID: [String: Int] = [:]
    private var numberOfKey: [ExternalKey: Int] = [:]

    var count: Int { byNumber.count }
    var rows: some Sequence<Row> { numbers.lazy.compactMap { byNumber[$0] } }

    subscript(uuid: String) -> Row? { numberOfUUID[uuid].flatMap { byNumber[$0] } }
    subscript(key: ExternalKey) -> Row? { numberOfKey[key].flatMap { byNumber[$0] } }

    /// Numbers must rise.
    mutating func insert(_ row: Row) {
        byNumber[row.number] = row
        numbers.append(row.number)
        numberOfUUID[row.uuid] = row.number
        for key in row.keys { numberOfKey[key] = row.number }
    }

    mutating func change<Result>(_ uuid: String, _ body: (inout Row) -> Result) -> Result? {
        guard let number = numberOfUUID[uuid], var row = byNumber[number] else { return nil }
        let before = row.keys
        let result = body(&row)
        if row.keys != before {
            for key in before where numberOfKey[key] == number { numberOfKey[key] = nil }
            for key in row.keys { numberOfKey[key] = number }
        }
        byNumber[number] = row
        return result
    }

    @discardableResult
    mutating func remove(_ uuid: String) -> Row? {
        guard let number = numberOfUUID.removeValue(forKey: uuid), let row = byNumber.removeValue(forKey: number) else {
            return nil
        }
        for key in row.keys where numberOfKey[key] == number { numberOfKey[key] = nil }
        let place = index(of: number)
        if place < numbers.count, numbers[place] == number { numbers.remove(at: place) }
        return row
    }

    /// The rows behind a number that fit, at most so many.
    func page(after number: Int, most: Int, where fits: (Row) -> Bool) -> [Row] {
        var found: [Row] = []
        var index = index(of: number == .max ? .max : number + 1)
        while index < numbers.count, found.count < most {
            if let row = byNumber[numbers[index]], fits(row) { found.append(row) }
            index += 1
        }
        return found
    }

    /// The place of the first number that is not below this one.
    private func index(of number: Int) -> Int {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
