import Clocks
import OutboundAPI
import RateLimits

/// What decides how long a line's tag edits wait for others to share their calls with, and whether a short change goes
/// before longer ones that came earlier.
///
/// Both are allowed as far as merging has saved calls before, and a few seconds beyond: then every change is complete no
/// later than first come, first served without merging would have completed it, plus 5 s.
struct Gathering: Sendable {
    /// While no call has begun for so long, there is nothing to be gained by waiting.
    static var mostQuiet: Duration { .seconds(1) }
    /// So many edits in a row waited, and then went alone: others do not want the same tags.
    static var mostVain: Int { 8 }

    /// An edit waits for no more than this many to share each of its calls: beyond that there is little to save.
    private let enough: Int
    private var vain = 0
    private var lateness = Lateness()
    /// How many calls may begin within the next seconds. A run that is late by as many waits for nothing any more; what
    /// is left of the 5 s is for its calls and their answers.
    private var callsSoon = 0
    private var lastBegan: Instant?
    /// Tags that were put on since the line was last empty. One that is new may be wanted by no other.
    private var tags: Set<TagID> = []
    init(_ urgency: Urgency) { enough = urgency == .live ? 16 : APIRequest.largestTagBatch }

    mutating func began(at now: Instant, callsSoon: Int) { (lastBegan, self.callsSoon) = (now, callsSoon) }
    mutating func madeCall() { lateness.madeCall() }
    mutating func served(_ rank: UInt64) { lateness.served(rank) }

    /// Whether all of these were put on before, so that others that want them too may come.
    mutating func areShared(_ new: [TagID]) -> Bool {
        if tags.count > 1_000 { tags = [] }
        return new.reduce(true) { tags.insert($1).inserted ? false : $0 }
    }

    /// An edit waits for others no longer.
    ///
    /// - Parameter company: see `mayWait`.
    mutating func released(with company: Int) { vain = company > 1 ? 0 : vain + 1 }

    /// - Parameter company: how many edits, itself included, want the tags that it wants, of each tag as many at least.
    func mayWait(_ rank: UInt64, company: Int) -> Bool {
        company < enough && vain < Self.mostVain && lateness.calls(of: rank) < callsSoon
    }

    /// - Parameter latest: the first of the runs that wait.
    func mayOvertake(_ latest: UInt64) -> Bool {
        lateness.calls(of: latest) < callsSoon
    }

    /// When waiting ends if no call begins before; nil: at once.
    var quietUntil: Instant? { lastBegan?.advanced(by: Self.mostQuiet) }
}
