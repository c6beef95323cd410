/// Who waits, in which order: live waiters before bulk ones; within one urgency the shares take turns, and each share's
/// waiters keep the order in which they came.
///
/// This is deficit round robin where every waiter costs the same: one call. A share whose turn it is sends as many waiters
/// as it has weight, then the next one's turn comes. Who has nothing waiting costs nothing, saves up nothing, and
/// leaves its share to the others. Whatever is done here takes constant time, on average.
package struct WeightedRoundRobin<Waiter: Sendable>: Sendable {
    package struct Position: Hashable, Sendable {
        fileprivate let number: UInt64
        /// Among its share's waiters, those of a lower rank go first.
        let rank: UInt64
        package let share: BudgetShare
        package let urgency: Urgency
    }

    private var waiters: [Position: Waiter] = [:]
    private var live = TakingTurns()
    private var bulk = TakingTurns()
    private var joined: UInt64 = 0

    package init() {}

    package var isEmpty: Bool { waiters.isEmpty }

    package subscript(position: Position) -> Waiter? { waiters[position] }

    package func count(_ urgency: Urgency) -> Int { self[urgency].count }

    /// In no order.
    package var all: [Waiter] { Array(waiters.values) }

    /// How many waiters of each share wait; only those who have some.
    package func counts(_ urgency: Urgency) -> [BudgetShare: Int] {
        self[urgency].lines.compactMapValues { $0.present > 0 ? $0.present : nil }
    }

    /// - Parameter rank: for waiters that come in another order than they are to go in: among its share's, a waiter goes
    ///   before those of a higher rank, and behind those of the same. By default how many have joined.
    package mutating func join(
        _ waiter: Waiter, _ urgency: Urgency, for share: BudgetShare = .sole, rank: UInt64? = nil
    ) -> Position {
        joined += 1
        let position = Position(number: joined, rank: rank ?? joined, share: share, urgency: urgency)
        waiters[position] = waiter
        change(urgency) { turns, _ in turns.join(position) }
        return position
    }

    /// Whose turn it is, of one urgency; of both, live ones first.
    package func head(_ urgency: Urgency) -> Position? { self[urgency].head }
    package var head: Position? { live.head ?? bulk.head }

    /// The head goes on, which is its share's turn.
    package mutating func serve(_ position: Position) {
        guard waiters.removeValue(forKey: position) != nil else { return }
        change(position.urgency) { $0.leave(position, isServed: true, $1) }
    }

    /// Removes the waiter at that position.
    package mutating func leave(_ position: Position) {
        guard waiters.removeValue(forKey: position) != nil else { return }
        change(position.urgency) { $0.leave(position, isServed: false, $1) }
    }

    /// The share's waiters keep their positions, but have no turn until `bringBack`.
    package mutating func setAside(_ share: BudgetShare) {
        for urgency in Urgency.allCases { change(urgency) { $0.setAside(share, $1) } }
    }

    /// The share takes turns again, as one that has just come.
    package mutating func bringBack(_ share: BudgetShare) {
        for urgency in Urgency.allCases { change(urgency) { turns, _ in turns.bringBack(share) } }
    }

    /// The first of a share's waiters, live ones first, whether or not it has turns.
    package func first(of share: BudgetShare) -> Position? { live.first(of: share) ?? bulk.first(of: share) }

    /// How many waiters go before one of this share that comes now, if no other comes.
    package func before(_ share: BudgetShare, _ urgency: Urgency) -> Int {
        func ahead(_ turns: TakingTurns) -> Int {
            let own = turns.lines[share]?.present ?? 0
            let rounds = own / share.weight + 1
            return turns.lines.reduce(own) { sum, other in
                other.key == share ? sum : sum + min(other.value.present, rounds * other.key.weight)
            }
        }
        return urgency == .live ? ahead(live) : live.count + ahead(bulk)
    }

    /// How many of so many turns the share of a waiter gets, as long as the same shares wait.
    package func turns(for position: Position, of turns: Int) -> Int {
        let weights = self[position.urgency].lines.reduce(0) { sum, line in
            line.value.present > 0 && !line.value.isAside ? sum + line.key.weight : sum
        }
        guard weights > position.share.weight else { return turns }
        return Int(Double(turns) * Double(position.share.weight) / Double(weights))
    }

    private subscript(urgency: Urgency) -> TakingTurns { urgency == .live ? live : bulk }

    private mutating func change(_ urgency: Urgency, _ body: (inout TakingTurns, [Position: Waiter]) -> Void) {
        if urgency == .live { body(&live, waiters) } else { body(&bulk, waiters) }
    }

    /// The waiters of one urgency.
    fileprivate struct TakingTurns: Sendable {
        private(set) var lines: [BudgetShare: Line] = [:]
        private(set) var count = 0
        /// Who takes turns, the next one first. A share is in it at most once.
        private var turns = Queue<BudgetShare>()

        /// Always has a waiter, and is not set aside.
        var head: Position? { turns.first.flatMap { first(of: $0) } }

        func first(of share: BudgetShare) -> Position? {
            lines[share].flatMap { $0.present > 0 ? $0.positions.first : nil }
        }

        mutating func join(_ position: Position) {
            count += 1
            let share = position.share
            // In place: a copy of the line would be made anew for each waiter.
            lines[share, default: Line(credit: share.weight)].positions.insert(position) { $0.rank > position.rank }
            if lines[share]?.present == 0 { lines[share]?.credit = share.weight }
            lines[share]?.present += 1
            takeTurns(share)
        }

        mutating func leave(_ position: Position, isServed: Bool, _ waiters: [Position: Waiter]) {
            count -= 1
            let share = position.share
            lines[share]?.left(waiters)
            if isServed, turns.first == share, lines[share]?.charge(share.weight) == .turnIsOver {
                turns.append(turns.removeFirst())
            }
            tidy(share)
        }

        mutating func setAside(_ share: BudgetShare, _ waiters: [Position: Waiter]) {
            guard lines[share] != nil else { return }
            lines[share]?.isAside = true
            tidy(share)
        }

        mutating func bringBack(_ share: BudgetShare) {
            guard lines[share]?.isAside == true else { return }
            lines[share]?.isAside = false
            takeTurns(share)
        }

        private mutating func takeTurns(_ share: BudgetShare) {
            guard let line = lines[share], !line.isAside, !line.isInTurns else { return }
            lines[share]?.isInTurns = true
            turns.append(share)
        }

        /// Those who left from the middle of the turns are passed over when they are reached, so that leaving costs no
        /// search; a share without waiters is forgotten then.
        private mutating func tidy(_ share: BudgetShare) {
            while let first = turns.first, let line = lines[first], line.present == 0 || line.isAside {
                _ = turns.removeFirst()
                lines[first]?.isInTurns = false
                if line.present == 0 { lines[first] = nil }
            }
            if let line = lines[share], line.present == 0, !line.isInTurns { lines[share] = nil }
        }
    }

    /// One share's waiters of one urgency.
    fileprivate struct Line: Sendable {
        enum Charged { case goesOn, turnIsOver }

        var positions = Queue<Position>()
        /// Waiters that have not left. Those who left from the middle stay in `positions` until they are reached or
        /// outnumber the rest.
        var present = 0
        var credit: Int
        var isInTurns = false
        var isAside = false

        init(credit: Int) { self.credit = credit }

        mutating func left(_ waiters: [Position: Waiter]) {
            present -= 1
            while let first = positions.first, waiters[first] == nil { _ = positions.removeFirst() }
            if positions.count > 2 * present + 16 { positions.removeAll { waiters[$0] == nil } }
        }

        mutating func charge(_ weight: Int) -> Charged {
            credit -= 1
            if credit > 0, present > 0 { return .goesOn }
            credit = weight
            return .turnIsOver
        }
    }
}

/// First in, first out.
private struct Queue<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var start = 0

    var first: Element? { start < elements.count ? elements[start] : nil }
    var count: Int { elements.count - start }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Before those at the end of which this is true.
    mutating func insert(_ element: Element, before goesAfter: (Element) -> Bool) {
        var index = elements.count
        while index > start, goesAfter(elements[index - 1]) { index -= 1 }
        elements.insert(element, at: index)
    }

    mutating func removeFirst() -> Element {
        defer {
            start += 1
            // Moving the rest down each time would cost more than the elements that leave; now and then it does not.
            if start > 32, start * 2 > elements.count {
                elements.removeFirst(start)
                start = 0
            }
        }
        return elements[start]
    }

    mutating func removeAll(where leaves: (Element) -> Bool) {
        elements.removeFirst(start)
        start = 0
        elements.removeAll(where: leaves)
    }
}
