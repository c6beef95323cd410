/// Space that goes with a record.
public enum SpaceCharge: Sendable {
    /// For what comes in: so much besides must find room later. A full log refuses.
    case reserve(Int)
    /// For what was accepted. Refused only while there is no room but what compaction needs, which then makes more.
    case needed
    /// What compaction moves to the end of the log.
    case copy
    /// Worth having, and not needed. A full log refuses.
    case ifRoom
    /// Small and rare: may take of the room that is kept for compaction.
    case always
}
