import OutboundAPI

/// Which contacts get a call of their own; the others' edges go by calls of their tags. What that costs, and which small
/// changes make it cheaper.
///
/// Without a bound on the contacts of a tag call the cheapest split is a smallest vertex cover. With one, a tag costs a
/// call for each hundred contacts that are left to it, and finding the cheapest split is hard in general. So a good one
/// is improved until none of the moves below helps; each move saves a call, so there are no more of them than calls.
struct CoverRefinement {
    /// Whether each contact gets its own call.
    private(set) var isOwn: [Bool]
    private(set) var cost = 0

    private let graph: EditGraph
    private let cap: Int
    /// Contacts left to each tag.
    private var left: [Int]

    init(_ graph: EditGraph, isOwn: [Bool], cap: Int) {
        self.graph = graph
        self.isOwn = isOwn
        self.cap = cap
        left = graph.contactsOf.map { contacts in contacts.count { !isOwn[$0] } }
        cost = left.reduce(0) { $0 + Self.calls(for: $1, cap) }
        for contact in isOwn.indices where isOwn[contact] { cost += ownCalls(contact) }
    }

    /// Moves contacts from one side to the other as long as that saves calls.
    mutating func improve() {
        var isBetter = true
        while isBetter {
            isBetter = false
            for contact in isOwn.indices where flipCost(contact) < 0 {
                flip(contact)
                isBetter = true
            }
            for tag in left.indices where saveLastCall(of: tag) { isBetter = true }
        }
    }

    /// A tag call that would name one contact becomes that contact's own: it costs the same, takes the contact's other
    /// tags along, and Keap's answer to it is better documented.
    mutating func preferOwnCalls() {
        // A flip may leave another tag with one contact.
        var lonely = Array(left.indices)
        while let tag = lonely.popLast() {
            guard left[tag] > 0, left[tag] % cap == 1 % cap else { continue }
            guard let contact = graph.contactsOf[tag].last(where: { !isOwn[$0] && flipCost($0) <= 0 }) else { continue }
            flip(contact)
            lonely += graph.tagsOf[contact]
        }
    }

    /// Gives the contacts that the last call of a tag would name calls of their own, those first that need it least; takes back
    /// what does not save calls.
    private mutating func saveLastCall(of tag: Int) -> Bool {
        guard left[tag] > 0 else { return false }
        let before = cost
        let inLast = left[tag] % cap == 0 ? cap : left[tag] % cap
        // The call itself is saved with the last of them, so it has no part in who they are.
        let leastFirst = graph.contactsOf[tag].filter { !isOwn[$0] }
            .map { (cost: flipCost($0, ignoring: tag), contact: $0) }.sorted { $0 < $1 }
        let chosen = leastFirst.prefix(inLast).map(\.contact)
        for contact in chosen { flip(contact) }
        guard cost >= before else { return true }
        for contact in chosen { flip(contact) }
        return false
    }

    /// How many calls more it would be with the contact on the other side.
    private func flipCost(_ contact: Int, ignoring ignored: Int? = nil) -> Int {
        let toOwn = !isOwn[contact]
        var change = toOwn ? ownCalls(contact) : -ownCalls(contact)
        for tag in graph.tagsOf[contact] where tag != ignored {
            change += Self.calls(for: left[tag] + (toOwn ? -1 : 1), cap) - Self.calls(for: left[tag], cap)
        }
        return change
    }

    private mutating func flip(_ contact: Int) {
        cost += flipCost(contact)
        isOwn[contact].toggle()
        for tag in graph.tagsOf[contact] { left[tag] += isOwn[contact] ? -1 : 1 }
    }

    private func ownCalls(_ contact: Int) -> Int {
        Self.calls(for: graph.tagsOf[contact].count, APIRequest.largestTagBatch)
    }

    private static func calls(for count: Int, _ cap: Int) -> Int { (count + cap - 1) / cap }
}
