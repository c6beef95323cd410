/// What a job's payload is about, so that the few gym-wide changes are found without reading every payload. Written to
/// disk. Each source has a kind of its own beside these: 1 and 3 are taken.
package enum JobKind {
    /// A stored message about the gym as a whole: a program, which concerns all its tags.
    package static let gymWide: UInt8 = 2
    /// An order to read lanes anew and put them right.
    package static let resync: UInt8 = 4
}
