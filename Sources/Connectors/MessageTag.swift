/// What a stored message is, so that the source that can read it is found. Written to disk: numbers are never used again.
package struct MessageTag: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }
}
