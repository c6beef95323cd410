import WireFormats

/// A point on the wall clock, in whole nanoseconds since 1970. The world is told the time; it never looks.
///
/// It reaches from 1677 to 2262. What lies beyond becomes the first or the last point, so that no date of a client traps.
package struct WorldTime: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    package init(milliseconds: Int64) {
        let (product, isBeyond) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        self.init(clamping: isBeyond ? (milliseconds < 0 ? .min : .max) : product)
    }

    package var milliseconds: Int64 { nanoseconds.flooredQuotient(by: 1_000_000) }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    package func advanced(byMilliseconds milliseconds: Int64) -> WorldTime {
        let step = WorldTime(milliseconds: milliseconds).nanoseconds
        let (sum, isBeyond) = nanoseconds.addingReportingOverflow(step)
        return WorldTime(clamping: isBeyond ? (step < 0 ? .min : .max) : sum)
    }

    /// Days since 1970, in UTC: the day that Keap's daily quota counts by.
    var day: Int64 { nanoseconds.flooredQuotient(by: WorldTime.nanosecondsPerDay) }
    var nextMidnight: WorldTime { WorldTime(nanoseconds: (day + 1) * WorldTime.nanosecondsPerDay) }

    static let nanosecondsPerDay: Int64 = 86_400 * 1_000_000_000

    private init(clamping nanoseconds: Int64) {
        self.nanoseconds = min(max(nanoseconds, -WorldTime.reach), WorldTime.reach)
    }

    // A day less than 64 bits hold, so that the day of each instant and the midnight after it can be counted too.
    private static let reach = (Int64.max / nanosecondsPerDay - 1) * nanosecondsPerDay
}

extension WorldTime {
    /// As v2 writes it. The fraction is left out when it is zero, as Java does, so that readers meet both forms.
    package var iso8601: String {
        let fraction = Int(milliseconds - milliseconds.flooredQuotient(by: 1000) * 1000)
        return dateAndTime + (fraction == 0 ? "" : "." + padded(fraction, to: 3)) + "Z"
    }

    /// As v1 writes it: always milliseconds, and a zone that strict readers of ISO 8601 stumble over.
    var iso8601InV1: String {
        let fraction = Int(milliseconds - milliseconds.flooredQuotient(by: 1000) * 1000)
        return dateAndTime + "." + padded(fraction, to: 3) + "+0000"
    }

    /// Reads a full date-time: milliseconds and a zone must be there, as Keap's filters demand. Nil also for a year that
    /// no instant reaches: a date that would come back as another one is better refused.
    init?(strict text: some StringProtocol) {
        let bytes = Array(text.utf8)
        func digits(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard bytes.count >= 24, bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "."),
            let date = CivilDay(String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = digits(11..<13), let minute = digits(14..<16), let second = digits(17..<19),
            let fraction = digits(20..<23), hour < 24, minute < 60, second < 60
        else { return nil }
        var offset = 0
        let zone = Array(bytes[23...])
        if zone != [UInt8(ascii: "Z")] {
            let sign = zone[0] == UInt8(ascii: "+") ? 1 : zone[0] == UInt8(ascii: "-") ? -1 : 0
            let minuteStart = zone.count == 6 && zone[3] == UInt8(ascii: ":") ? 27 : 26
            guard sign != 0, zone.count == minuteStart - 21, let hours = digits(24..<26),
                let minutes = digits(minuteStart..<(minuteStart + 2)), hours < 24, minutes < 60
            else { return nil }
            offset = sign * (hours * 60 + minutes)
        }
        let seconds = date.daysSince1970 * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset * 60)
        let milliseconds = seconds * 1000 + Int64(fraction)
        self.init(milliseconds: milliseconds)
        guard self.milliseconds == milliseconds else { return nil }
    }

    private var dateAndTime: String {
        let seconds = Int((nanoseconds - day * WorldTime.nanosecondsPerDay) / 1_000_000_000)
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, to: 2) }.joined(separator: ":")
        return CivilDay(daysSince1970: day).text + "T" + time
    }
}

extension Int64 {
    func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
