/// First in, first out, both in constant time.
struct Fifo<Element: Sendable>: Sendable {
    private var items: [Element?] = []
    private var head = 0
    private var popped: UInt64 = 0

    var isEmpty: Bool { head == items.count }
    var count: Int { items.count - head }
    var first: Element? { head < items.count ? items[head] : nil }

    /// - Returns: its number: how many were appended before it, since the beginning.
    @discardableResult mutating func append(_ element: Element) -> UInt64 {
        items.append(element)
        return popped + UInt64(count) - 1
    }

    /// How many stand before the one with this number; none if it has left.
    func count(before number: UInt64) -> Int { number > popped ? min(Int(number - popped), count) : 0 }

    mutating func popFirst() -> Element? {
        guard head < items.count else { return nil }
        let element = items[head]
        items[head] = nil
        head += 1
        popped += 1
        if head > 64, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
        return element
    }
}
