/// A line item that counts, with what its invoice says.
struct BilledLine {
    var invoice: String
    var currency: String
    var content: LineItem.Content
    var monthly: Int

    var start: WorldTime { content.start ?? WorldTime(milliseconds: 0) }
    var end: WorldTime { content.end ?? start }
    /// Whether it adds to what is earned, instead of saying anew what is.
    var adds: Bool { content.isProrated && content.proration != .full }
}

extension Course {
    /// Line items that begin together say what is earned from then on, until others say it anew or a cancellation ends it.
    /// No subscription ends because its period does.
    mutating func build(from lines: [BilledLine]) {
        let billed = lines.filter { $0.content.kind == .subscription }
        let bases = billed.filter { !$0.adds }
        let firstBase = bases.map(\.start).min()
        // What adds to nothing is what is earned.
        let beginning = bases + billed.filter { line in line.adds && (firstBase.map { line.start < $0 } ?? true) }
        let groups = Dictionary(grouping: beginning, by: \.start).sorted { $0.key < $1.key }
        for (index, group) in groups.enumerated() {
            let next = index + 1 < groups.count ? groups[index + 1].key : nil
            let end = [next, cancellations.first { $0 > group.key }].compactMap(\.self).min()
            let adders = billed.filter { line in
                line.adds && line.start >= group.key && (end.map { line.start < $0 } ?? true)
                    && (firstBase.map { line.start >= $0 } ?? false)
            }.sorted { $0.start < $1.start }
            append(group.value, adders, from: group.key, to: end)
        }
        findOverlaps(bases)
        for line in lines where line.content.kind == .trial {
            let cut =
                ([line.end] + cancellations.filter { $0 > line.start } + groups.map(\.key).filter { $0 > line.start })
                .min()
            trials.append(Trial(from: line.start, to: cut ?? line.end))
        }
        trials.sort { $0.from < $1.from }
    }

    private mutating func append(
        _ lines: [BilledLine], _ adders: [BilledLine], from start: WorldTime, to end: WorldTime?
    ) {
        guard let first = lines.first else { return }
        var stretch = Stretch(
            from: start, to: end, plan: first.content.plan,
            quantity: lines.reduce(0) { $0 &+ $1.content.quantity }, currency: first.currency, amounts: [:])
        func add(_ line: BilledLine, to stretch: inout Stretch) {
            let sum = (stretch.amounts[line.currency] ?? 0) &+ line.monthly
            stretch.amounts[line.currency] = sum == 0 ? nil : sum
        }
        for line in lines { add(line, to: &stretch) }
        for adder in adders {
            if adder.start > stretch.from {
                var before = stretch
                before.to = adder.start
                stretches.append(before)
                stretch.from = adder.start
            }
            add(adder, to: &stretch)
            stretch.plan = adder.content.plan
        }
        stretches.append(stretch)
    }

    /// One invoice may speak of one time twice; two may not.
    private mutating func findOverlaps(_ bases: [BilledLine]) {
        let sorted = bases.sorted { ($0.start, $0.end, $0.invoice) < ($1.start, $1.end, $1.invoice) }
        var furthest: BilledLine?
        for line in sorted {
            if let earlier = furthest, earlier.invoice != line.invoice {
                let cut = cancellations.first { $0 > earlier.start && $0 <= line.start }
                let end = min(earlier.end, cut ?? earlier.end)
                if line.start < end {
                    let common = min(end, line.end).milliseconds &- line.start.milliseconds
                    overlaps.append(
                        Overlap(earlier: earlier.invoice, later: line.invoice, milliseconds: common))
                }
            }
            if furthest.map({ $0.end < line.end }) ?? true { furthest = line }
        }
    }
}
