/// What a job's payload is about, so that the few gym-wide changes are found without reading every payload.
enum JobKind {
    /// A stored message about a person, or one that could not be placed.
    static let message: UInt8 = 1
    /// A stored message about a program: it concerns the whole gym's tags.
    static let program: UInt8 = 2
    /// A stored event of a booking.
    static let booking: UInt8 = 3
    /// A `ResyncOrder`.
    static let resync: UInt8 = 4
}
