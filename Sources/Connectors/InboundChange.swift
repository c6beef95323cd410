package import DurableQueue

/// One inbound fact, decoded, whichever source told it and wherever it goes.
package protocol InboundChange: Sendable {
    /// The person or thing that it is about, for operators.
    var subject: String { get }
    /// Which lane it belongs to, strongest key first. None: nothing in it says whose it is.
    var laneKeys: [LaneKey] { get }
    /// Whether it concerns a gym as a whole: then whatever runs after its acceptance plans with it.
    var isGymWide: Bool { get }
    /// By what people look for it.
    var identity: SubjectIdentity { get }
}

extension InboundChange {
    package var identity: SubjectIdentity { SubjectIdentity() }
}
