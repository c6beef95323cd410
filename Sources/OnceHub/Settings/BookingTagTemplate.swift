import Keap

/// How a booking's tag is named: text with `{status}` in it, and `{booking}` for one booking's own.
package struct BookingTagTemplate: Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Error, Equatable, Sendable {
        /// Without it, tags of different meaning would have one name.
        case missing(placeholder: String)
        case unknown(placeholder: String)
        /// Keap would cut the names, and two of them could become one.
        case tooLong
    }

    package let description: String

    package static let defaultGeneric = BookingTagTemplate("{status}")
    package static let defaultSpecific = BookingTagTemplate("{status} (Booking ID: {booking})")

    private init(_ text: String) { description = text }

    package init(parsing text: String, isSpecific: Bool) throws(Problem) {
        var rest = text[...]
        var found: Set<String> = []
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let placeholder = String(rest[open...close])
            guard placeholder == Self.status || (isSpecific && placeholder == Self.booking) else {
                throw .unknown(placeholder: placeholder)
            }
            found.insert(placeholder)
            rest = rest[rest.index(after: close)...]
        }
        for placeholder in isSpecific ? [Self.status, Self.booking] : [Self.status] where !found.contains(placeholder) {
            throw .missing(placeholder: placeholder)
        }
        self.init(text)
        let id = String(repeating: "x", count: Booking.longestID)
        guard Phase.allCases.allSatisfy({ KeapLengths.fits(name($0, booking: id), KeapLengths.tagName) }) else {
            throw .tooLong
        }
    }

    private static let status = "{status}"
    private static let booking = "{booking}"

    func name(_ phase: Phase, booking: String) -> String {
        description.replacing(Self.status, with: phase.name).replacing(Self.booking, with: booking)
    }

    /// The longest text of its own, if that is enough to tell its tags from others.
    var mark: String? {
        let texts = description.replacing(Self.status, with: "\n").replacing(Self.booking, with: "\n").split(
            separator: "\n")
        guard let longest = texts.max(by: { $0.count < $1.count }), longest.count(where: \.isLetter) >= 3 else {
            return nil
        }
        return String(longest)
    }
}
