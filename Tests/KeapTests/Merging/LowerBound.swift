/// How many calls a window of tag edits takes at least, by a proof that shares nothing with the planner.
///
/// Give each edge a weight, such that the edges of a contact weigh at most 1 together, and so do those that one call of
/// a tag can name. Then no call covers more than a weight of 1, and there are at least as many calls as all edges weigh.
/// A tag that fits in one call shares a weight of 1 among its edges as it likes; of a larger one, each edge weighs at most
/// one cap-th. The heaviest such weights are a largest flow from contacts to tags.
enum LowerBound {
    static func calls(_ edits: [(contact: Int, tags: [Int])], cap: Int) -> Int {
        var wearers: [Int: Int] = [:]
        for tag in edits.flatMap(\.tags) { wearers[tag, default: 0] += 1 }
        let tags = wearers.keys.sorted()
        let source = edits.count + tags.count
        var flow = Flow(vertices: source + 2)
        for (place, edit) in edits.enumerated() {
            flow.connect(source, place, cap)
            for tag in edit.tags {
                flow.connect(place, edits.count + tags.firstIndex(of: tag)!, wearers[tag]! > cap ? 1 : cap)
            }
        }
        for (place, tag) in tags.enumerated() {
            flow.connect(edits.count + place, source + 1, wearers[tag]! > cap ? wearers[tag]! : cap)
        }
        return (flow.largest(from: source, to: source + 1) + cap - 1) / cap
    }
}

/// Dinic's algorithm.
private struct Flow {
    private var heads: [Int] = []
    private var room: [Int] = []
    private var edgesOf: [[Int]]
    private var level: [Int] = []
    private var next: [Int] = []

    init(vertices: Int) { edgesOf = Array(repeating: [], count: vertices) }

    mutating func connect(_ from: Int, _ to: Int, _ capacity: Int) {
        edgesOf[from].append(heads.count)
        edgesOf[to].append(heads.count + 1)
        heads += [to, from]
        room += [capacity, 0]
    }

    mutating func largest(from source: Int, to sink: Int) -> Int {
        var total = 0
        while findLevels(source, sink) {
            next = edgesOf.map { _ in 0 }
            while case let pushed = push(source, sink, Int.max), pushed > 0 { total += pushed }
        }
        return total
    }

    private mutating func findLevels(_ source: Int, _ sink: Int) -> Bool {
        level = edgesOf.map { _ in -1 }
        level[source] = 0
        var queue = [source]
        var place = 0
        while place < queue.count {
            let vertex = queue[place]
            place += 1
            for edge in edgesOf[vertex] where room[edge] > 0 && level[heads[edge]] < 0 {
                level[heads[edge]] = level[vertex] + 1
                queue.append(heads[edge])
            }
        }
        return level[sink] >= 0
    }

    private mutating func push(_ vertex: Int, _ sink: Int, _ most: Int) -> Int {
        if vertex == sink { return most }
        while next[vertex] < edgesOf[vertex].count {
            let edge = edgesOf[vertex][next[vertex]]
            if room[edge] > 0, level[heads[edge]] == level[vertex] + 1 {
                let pushed = push(heads[edge], sink, min(most, room[edge]))
                if pushed > 0 {
                    room[edge] -= pushed
                    room[edge ^ 1] += pushed
                    return pushed
                }
            }
            next[vertex] += 1
        }
        return 0
    }
}
