/// A time of day without a zone: `15:00`, `15:00:30` or `15:00:30.250`.
package struct ClockTime: Hashable, Sendable {
    package var milliseconds: Int64

    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        let seconds = (parts.count == 3 ? parts[2] : "00").split(separator: ".", omittingEmptySubsequences: false)
        func number(_ digits: Substring) -> Int64? {
            digits.count == 2 && digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int64(digits) : nil
        }
        guard seconds.count <= 2, let hour = number(parts[0]), let minute = number(parts[1]),
            let second = number(seconds[0]), hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: Int64 = 0
        if seconds.count == 2 {
            let digits = seconds[1]
            guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            fraction = Int64(String(digits.prefix(3)).padding(to: 3)) ?? 0
        }
        milliseconds = ((hour * 60 + minute) * 60 + second) * 1_000 + fraction
    }
}

extension String {
    /// With zeros at the end.
    fileprivate func padding(to width: Int) -> String { self + String(repeating: "0", count: max(0, width - count)) }
}
