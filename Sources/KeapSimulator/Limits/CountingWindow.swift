/// Counts requests in a stretch of time that ends now.
///
/// Rolling: a request at `t` counts at every instant before `t + length`, and no longer. Fixed: it counts until the next
/// multiple of the length. Either way, instants must not go back.
struct CountingWindow: Sendable {
    let length: Int64
    let counting: Counting

    private var instants: [Int64] = []  // rolling only; oldest first, those before `first` have left
    private var first = 0
    private var currentTick: Int64 = .min  // fixed only
    private var countInTick = 0

    init(seconds: Int64, counting: Counting) {
        length = seconds * 1_000_000_000
        self.counting = counting
    }

    /// How many count at `now`.
    mutating func count(at now: WorldTime) -> Int {
        switch counting {
        case .rolling:
            while first < instants.count, instants[first] <= now.nanoseconds - length { first += 1 }
            if first > 1024, first * 2 > instants.count {
                instants.removeFirst(first)
                first = 0
            }
            return instants.count - first
        case .fixed:
            let tick = now.nanoseconds.flooredQuotient(by: length)
            if tick != currentTick { (currentTick, countInTick) = (tick, 0) }
            return countInTick
        }
    }

    mutating func add(_ number: Int = 1, at now: WorldTime) {
        _ = count(at: now)
        switch counting {
        case .rolling: instants.append(contentsOf: repeatElement(now.nanoseconds, count: number))
        case .fixed: countInTick += number
        }
    }
}
