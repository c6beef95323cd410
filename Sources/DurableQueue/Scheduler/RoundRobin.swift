/// Elements that take turns, each in it at most once. Joining, leaving and taking the first cost the same however many
/// there are.
struct RoundRobin<Element: Hashable & Sendable>: Sendable {
    private struct Links: Sendable {
        var before: Element?
        var after: Element?
    }

    private var links: [Element: Links] = [:]
    private(set) var first: Element?
    private var last: Element?

    var isEmpty: Bool { first == nil }

    func contains(_ element: Element) -> Bool { links[element] != nil }

    /// Joins at the end; nothing changes for an element that is in it already.
    mutating func append(_ element: Element) {
        guard links[element] == nil else { return }
        links[element] = Links(before: last)
        if let last { links[last]?.after = element } else { first = element }
        last = element
    }

    mutating func remove(_ element: Element) {
        guard let own = links.removeValue(forKey: element) else { return }
        if let before = own.before { links[before]?.after = own.after } else { first = own.after }
        if let after = own.after { links[after]?.before = own.before } else { last = own.before }
    }

    /// All of them, first to last.
    var elements: [Element] {
        var all: [Element] = []
        var next = first
        while let element = next {
            all.append(element)
            next = links[element]?.after
        }
        return all
    }
}
