import Keap

/// Which names the account's products had when all were listed last: no hook tells of a new one.
package struct ProductNames: Codable, Equatable, Sendable {
    /// Milliseconds since 1970; nil: they were never listed.
    private var listedAt: Int64?
    private var seen = SeenThings()

    /// A new name is seen after so long at most, beside the time between two polls.
    static let longest: Int64 = 7_200_000
    /// A lane's state has a bound. Of more products none is told: a bill's plan is made with the name of then.
    static let most = 500

    package init() {}

    /// Also after the clock was set back.
    func isDue(at now: Int64) -> Bool { listedAt.map { now < $0 || now - $0 >= Self.longest } ?? true }

    /// Those that have another name, or another plan, than when they were listed before. At first none.
    mutating func changed(_ products: some Sequence<KeapProduct>, at now: Int64) -> [KeapProduct] {
        let (isFirst, before) = (listedAt == nil, seen)
        (listedAt, seen) = (now, SeenThings())
        return products.sorted { $0.id < $1.id }.prefix(Self.most).filter { product in
            let hash = Fingerprint.of(product)
            seen.insert(hash)
            return !isFirst && !before.contains(hash)
        }
    }
}
