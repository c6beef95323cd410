/// The kind of a stored message, by which its source is found. Written to disk: numbers are never used again.
package struct MessageTag: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }
}
