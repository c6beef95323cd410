/// How an attempt to deliver a change ended. `state` is the lane's, with everything that was confirmed so far.
package enum Delivery: Equatable, Sendable {
    /// `notes` is for the gym's "needs attention" list.
    case done(state: [UInt8], notes: [AttentionNote])
    /// Worth another try. `isDoubtful`: the request arrived and got no clear answer, or answers that contradict each other;
    /// otherwise it is a matter of waiting.
    case retry(reason: String, state: [UInt8], isDoubtful: Bool)
    /// It will not work until a person does something.
    case dead(reason: String, state: [UInt8])
    /// We are stopping: to be put back at the head of its lane.
    case interrupted(state: [UInt8])
}
