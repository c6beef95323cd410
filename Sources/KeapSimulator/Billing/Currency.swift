/// The one currency of an account, and how many decimals it has.
package struct SimCurrency: Hashable, Sendable {
    package let code: String
    package let decimals: Int

    package init(_ code: String) {
        self.code = code
        decimals =
            ["JPY", "KRW", "CLP", "VND", "ISK", "UGX"].contains(code)
            ? 0 : ["KWD", "BHD", "JOD", "OMR", "TND", "IQD"].contains(code) ? 3 : 2
    }

    /// v2's `CurrencyValue`.
    func json(_ units: Int) -> JSON {
        [
            "amount": .integer(units), "currency_code": .string(code),
            "formatted_amount": .string("\(code) \(plain(units))"),
        ]
    }

    /// In the major unit, as Java writes a double: `49.0`, and `1.05E7` from ten million on.
    func double(_ units: Int) -> JSON {
        let sign = units < 0 ? "-" : ""
        let parts = plain(Int(clamping: units.magnitude)).split(separator: ".")
        let (whole, fraction) = (String(parts[0]), parts.count == 2 ? trimmed(parts[1]) : "")
        guard whole.count > 7 else { return .number("\(sign)\(whole).\(fraction.isEmpty ? "0" : fraction)") }
        let digits = trimmed((whole + fraction)[...])
        return .number("\(sign)\(digits.prefix(1)).\(digits.count > 1 ? digits.dropFirst() : "0")E\(whole.count - 1)")
    }

    /// The smallest units of an amount in the major one; nil for none, and for one that no account has.
    func units(_ json: JSON?) -> Int? {
        guard let amount = json?.double ?? json?.text.flatMap({ Double($0) }) else { return nil }
        let units = (amount * Double([1, 10, 100, 1_000][decimals])).rounded()
        return abs(units) < 1e12 ? Int(units) : nil
    }

    private func plain(_ units: Int) -> String {
        let digits = padded(Int(clamping: units.magnitude), to: decimals + 1)
        let sign = units < 0 ? "-" : ""
        return decimals == 0 ? sign + digits : "\(sign)\(digits.dropLast(decimals)).\(digits.suffix(decimals))"
    }

    private func trimmed(_ digits: Substring) -> String {
        var digits = digits
        while digits.last == "0" { digits.removeLast() }
        return String(digits)
    }
}
