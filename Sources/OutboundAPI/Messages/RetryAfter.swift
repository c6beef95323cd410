import WireFormats

/// How long a `Retry-After` asks a caller to stay away (RFC 9110, 10.2.3): whole seconds, or a date.
///
/// Read beyond the RFC, because the meaning is plain: a fraction (rounded up), an ISO 8601 time with a zone, and a list,
/// as proxies make of a repeated header (the longest counts). Anything else says nothing, so that a guess never shuts an
/// account: `2026-11-30T08:00:00Z` was once taken for 2,026 seconds.
package enum RetryAfter {
    /// Longer waits mean the same as this one.
    private static let longest: Int64 = 366 * 86_400_000

    /// Milliseconds from now, 0 for a time that is past; nil if the text cannot be read.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970, by the clock that wrote a date: the answer's own `Date`, where there is one.
    package static func delay(_ text: String, now: Int64) -> Int64? {
        var delays: [Int64] = []
        var items = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed }[...]
        while var item = items.popFirst() {
            // A date has a comma of its own, after the weekday.
            if HTTPDate.isWeekday(item), let rest = items.popFirst() { item += ", " + rest }
            guard let delay = seconds(item) ?? date(item, now: now) else { return nil }
            delays.append(delay)
        }
        return delays.max()
    }

    private static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return nil }
        // More digits than any wait has.
        guard parts[0].count <= 12, let whole = Int64(parts[0]) else { return longest }
        let isFraction = parts.count == 2 && parts[1].contains { $0 != "0" }
        return min((whole + (isFraction ? 1 : 0)) * 1_000, longest)
    }

    private static func date(_ text: String, now: Int64) -> Int64? {
        guard let then = HTTPDate.milliseconds(text, now: now) ?? ISO8601.milliseconds(text) else { return nil }
        return min(max(then - now, 0), longest)
    }
}
