/// Amounts in a currency's smallest unit, exactly: nothing is ever rounded.
package enum MinorUnits {
    /// Digits after the point, by ISO 4217.
    package static func decimals(of currency: String) -> Int {
        let currency = currency.uppercased()
        if without.contains(currency) { return 0 }
        return withThree.contains(currency) ? 3 : 2
    }

    private static let without: Set<String> = [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
        "XPF",
    ]
    private static let withThree: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

    /// Larger sums are no bills; their sums and products stay within bounds.
    package static let largest: Int64 = 1_000_000_000_000_000

    /// Reads plain digits such as `49`, `-49.5` or `49.00`. Nil for anything else, and for a part of a smallest unit.
    package static func units(_ text: String, of currency: String) -> Int64? {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        let decimals = decimals(of: currency)
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.count > decimals, fraction.last == "0" { fraction.removeLast() }
        guard fraction.count <= decimals else { return nil }
        let digits = whole + fraction + String(repeating: "0", count: decimals - fraction.count)
        guard let units = Int64(digits), units <= largest else { return nil }
        return isNegative ? -units : units
    }

    /// `-49.50 USD`
    package static func text(_ units: Int64, of currency: String) -> String {
        let decimals = decimals(of: currency)
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let point = decimals == 0 ? "" : "." + padded.suffix(decimals)
        return "\(units < 0 ? "-" : "")\(padded.dropLast(decimals))\(point) \(currency)"
    }

    /// Parts of an amount in proportion to weights, which add up to it. Those whose rounding lost most get the rest, and
    /// of two alike the first.
    ///
    /// - Parameters:
    ///   - amount: from 0 to `largest`.
    ///   - weights: from 0 to `largest` each. Where all are 0, the first gets everything.
    package static func spread(_ amount: Int64, over weights: [Int64]) -> [Int64] {
        guard !weights.isEmpty else { return [] }
        let sum: Int64 = weights.reduce(0) { $0.addingReportingOverflow(max($1, 0)).partialValue }
        guard sum > 0, amount > 0 else { return [amount] + Array(repeating: 0, count: weights.count - 1) }
        var parts: [Int64] = []
        var lost: [(index: Int, remainder: UInt64)] = []
        for (index, weight) in weights.enumerated() {
            // No quotient is larger than the amount, as no weight is larger than their sum.
            let product = UInt64(amount).multipliedFullWidth(by: UInt64(max(weight, 0)))
            let (quotient, remainder) = UInt64(sum).dividingFullWidth(product)
            parts.append(Int64(quotient))
            lost.append((index, remainder))
        }
        var rest = amount - parts.reduce(0, +)
        for (index, _) in lost.sorted(by: { ($1.remainder, $0.index) < ($0.remainder, $1.index) }) where rest > 0 {
            parts[index] += 1
            rest -= 1
        }
        return parts
    }
}
