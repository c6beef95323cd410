/// A largest set of edges of which no two meet, found by Hopcroft and Karp's algorithm: rounds of a breadth-first search
/// for the shortest augmenting paths, and a depth-first search for a maximal set of them that do not touch. There are at
/// most about the root of the number of vertices of such rounds.
struct Matching {
    /// The partner of each vertex; nil if it has none.
    private(set) var ofLeft: [Int?]
    private(set) var ofRight: [Int?]

    private let neighbours: [[Int]]
    private var distance: [Int] = []

    /// - Parameter neighbours: of each left vertex, the right ones.
    init(_ neighbours: [[Int]], rightCount: Int) {
        self.neighbours = neighbours
        ofLeft = Array(repeating: nil, count: neighbours.count)
        ofRight = Array(repeating: nil, count: rightCount)
        while findDistances() {
            for left in neighbours.indices where ofLeft[left] == nil { augment(from: left) }
        }
    }

    var count: Int { ofLeft.count { $0 != nil } }

    /// A smallest set of vertices that touches every edge (König): left vertices that no alternating path from a free left
    /// vertex reaches, and right ones that one does. It has as many members as the matching has edges.
    func smallestCover() -> (left: [Bool], right: [Bool]) {
        var left = Array(repeating: true, count: ofLeft.count)
        var right = Array(repeating: false, count: ofRight.count)
        var queue = neighbours.indices.filter { ofLeft[$0] == nil }
        for vertex in queue { left[vertex] = false }
        while let vertex = queue.popLast() {
            for other in neighbours[vertex] where !right[other] {
                right[other] = true
                // Else the path would augment a matching that is largest already.
                guard let next = ofRight[other] else { preconditionFailure("a path from free to free is left over") }
                if left[next] {
                    left[next] = false
                    queue.append(next)
                }
            }
        }
        return (left, right)
    }

    /// How far each left vertex is from a free one along alternating paths. Whether some path ends at a free right one.
    private mutating func findDistances() -> Bool {
        distance = ofLeft.map { $0 == nil ? 0 : Int.max }
        var queue = ofLeft.indices.filter { ofLeft[$0] == nil }
        var next = 0
        var isAugmentable = false
        while next < queue.count {
            let left = queue[next]
            next += 1
            for right in neighbours[left] {
                guard let beyond = ofRight[right] else {
                    isAugmentable = true
                    continue
                }
                if distance[beyond] == Int.max {
                    distance[beyond] = distance[left] + 1
                    queue.append(beyond)
                }
            }
        }
        return isAugmentable
    }

    /// Depth first, without recursion: a path can be as long as there are vertices.
    private mutating func augment(from root: Int) {
        var path: [(left: Int, next: Int)] = [(root, 0)]
        while let (left, next) = path.last {
            guard next < neighbours[left].count else {
                // A dead end for every other path of this round too.
                distance[left] = Int.max
                path.removeLast()
                continue
            }
            path[path.count - 1].next += 1
            let right = neighbours[left][next]
            if let beyond = ofRight[right] {
                if distance[beyond] == distance[left] + 1 { path.append((beyond, 0)) }
            } else {
                for step in path {
                    let right = neighbours[step.left][step.next - 1]
                    ofLeft[step.left] = right
                    ofRight[right] = step.left
                }
                return
            }
        }
    }
}
