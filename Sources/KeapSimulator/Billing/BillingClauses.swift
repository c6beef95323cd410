/// Clauses of the lists of bills, each as strict as its documents.
extension Filter.Clause {
    func number() throws(Refusal) -> Int {
        guard let number = Int(value), number >= 0 else { throw .bad("\(field) is invalid: \(value)", about: "filter") }
        return number
    }

    func equalNumber() throws(Refusal) -> Int {
        try onlyEquality()
        return try number()
    }

    /// A list of ids, none of which may be anything else.
    func numbers() throws(Refusal) -> Set<Int> {
        try onlyEquality()
        var numbers: Set<Int> = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int(part) else { throw .bad("\(field) is invalid: \(value)", about: "filter") }
            numbers.insert(number)
        }
        return numbers
    }

    func flag() throws(Refusal) -> Bool {
        try onlyEquality()
        guard let flag = Bool(value.lowercased()) else { throw .bad("\(field) is invalid: \(value)", about: "filter") }
        return flag
    }

    func word(of words: [String]) throws(Refusal) -> String {
        try onlyEquality()
        guard let word = words.first(where: { $0.lowercased() == value.lowercased() }) else {
            throw .bad("\(field) is invalid: \(value)", about: "filter")
        }
        return word
    }

    func amount(in currency: SimCurrency) throws(Refusal) -> Int {
        guard let units = currency.units(.number(value)) else {
            throw .bad("\(field) is invalid: \(value)", about: "filter")
        }
        return units
    }

    func unknown() -> Refusal { .bad("Filter field is unknown: \(field)", about: "filter") }
}

/// What a list's clauses have narrowed it to.
struct BillingSearch<Item> {
    private var tests: [(Item) -> Bool] = []
    /// Ids that an index gave; nil if everything has to be tested.
    private(set) var candidates: Set<Int>?

    mutating func test(_ test: @escaping (Item) -> Bool) { tests.append(test) }

    mutating func narrow(to ids: Set<Int>) { candidates = candidates?.intersection(ids) ?? ids }

    func matches(in items: [Int: Item]) -> [Item] {
        let found = candidates.map { ids in ids.compactMap { items[$0] } } ?? Array(items.values)
        return found.filter { item in tests.allSatisfy { $0(item) } }
    }
}

extension Array {
    /// By a key, then by id.
    func ordered<Key: Comparable>(
        by key: (Element) -> Key, _ id: (Element) -> Int, _ ordering: Ordering?
    ) -> [Element] {
        let sorted = map { (key: key($0), id: id($0), item: $0) }.sorted { a, b in
            a.key != b.key ? a.key < b.key : a.id < b.id
        }
        return (ordering?.isDescending == true ? sorted.reversed() : sorted).map(\.item)
    }
}
