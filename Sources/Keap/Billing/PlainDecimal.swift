/// A JSON number's digits as a person writes them. Java writes a double from ten million on as `1.0E7`.
struct PlainDecimal {
    let text: String

    /// Longer numbers are no amounts.
    private static let longest = 40

    /// Nil for anything but a number, and for one that is too long to be an amount.
    init?(_ text: String) {
        let halves = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard text.utf8.count <= Self.longest, halves.count <= 2, var mantissa = halves.first else { return nil }
        var exponent = 0
        if halves.count == 2 {
            guard let number = Int(halves[1]), abs(number) <= Self.longest else { return nil }
            exponent = number
        }
        let isNegative = mantissa.first == "-"
        if isNegative { mantissa = mantissa.dropFirst() }
        let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
            return nil
        }
        var digits = parts.joined()
        var point = parts[0].count + exponent
        if point < 1 { (digits, point) = (String(repeating: "0", count: 1 - point) + digits, 1) }
        if point > digits.count { digits += String(repeating: "0", count: point - digits.count) }
        var whole = digits.prefix(point).drop { $0 == "0" }
        var fraction = digits.dropFirst(point)
        while fraction.last == "0" { fraction.removeLast() }
        if whole.isEmpty { whole = "0" }
        let isZero = whole == "0" && fraction.isEmpty
        self.text = (isNegative && !isZero ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}
