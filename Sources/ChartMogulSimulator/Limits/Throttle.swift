/// One account's two limits: requests in any rolling second, and requests at once.
struct Throttle: Sendable {
    var perSecond: Int?
    var atOnce: Int?
    /// The most that ever came in one second, refused or not.
    private(set) var mostInSecond = 0
    private(set) var mostAtOnce = 0
    private(set) var overRate = 0
    private(set) var overAtOnce = 0

    private var instants: [Int64] = []  // oldest first; those before `first` have left the second
    private var first = 0
    private(set) var inFlight = 0

    enum Decision: Hashable, Sendable { case passed, tooFast, tooMany }

    init(perSecond: Int?, atOnce: Int?) {
        self.perSecond = perSecond
        self.atOnce = atOnce
    }

    /// Takes a request in. It is in flight until `end`, also one that was refused.
    mutating func begin(at now: WorldTime) -> Decision {
        while first < instants.count, instants[first] <= now.milliseconds &- 1_000 { first += 1 }
        if first > 1_024 {
            instants.removeFirst(first)
            first = 0
        }
        instants.append(now.milliseconds)
        let inSecond = instants.count - first
        inFlight += 1
        mostInSecond = max(mostInSecond, inSecond)
        mostAtOnce = max(mostAtOnce, inFlight)
        if let atOnce, inFlight > atOnce {
            overAtOnce += 1
            return .tooMany
        }
        if let perSecond, inSecond > perSecond {
            overRate += 1
            // Refused requests do not count, so that a client that waits a second gets through.
            instants.removeLast()
            return .tooFast
        }
        return .passed
    }

    mutating func end() { inFlight = max(0, inFlight - 1) }
}
