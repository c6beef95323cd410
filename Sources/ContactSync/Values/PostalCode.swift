import WireFormats

/// A postal code as it was written, with what a spreadsheet took from it put back where the country makes that plain.
enum PostalCode {
    enum Reading: Equatable {
        case code(String)
        /// Why it is none, to stand after "it".
        case damaged(String)
    }

    /// - Parameters:
    ///   - country: of the address, if it is known.
    ///   - region: as Keap has it (`US-MA`); nil or empty if the address has none.
    ///   - home: the gym's own country, where the address names none.
    static func read(_ text: String, country: Country?, region: String?, home: Country?) -> Reading {
        if SpreadsheetText.isHashes(text) {
            return .damaged(SpreadsheetText.isHashesReason)
        }
        var code = SpreadsheetText.unwrapped(text)
        if SpreadsheetText.isFormula(code) { return .damaged(SpreadsheetText.isFormulaReason) }
        switch SpreadsheetText.scientific(code, strictly: true) {
        case .digits(let digits)?: code = digits
        case .lost?: return .damaged(SpreadsheetText.isRoundedReason)
        case nil: if !code.contains(" "), let digits = SpreadsheetText.wholeNumber(code) { code = digits }
        }
        // What an export writes where the four digits of ZIP+4 are empty.
        if code.count > 1, code.hasSuffix("-") { code.removeLast() }
        if let country {
            return country.alpha2 == "US" ? american(code, region: region ?? "") : padded(code, in: country)
        }
        guard let home, let length = lengths[home.alpha2], isDigits(code), code.count < length else {
            return .code(code)
        }
        return .damaged(
            "is too short for \(home.names[0]), and the address names no other country and no state that would tell")
    }

    private static func american(_ code: String, region: String) -> Reading {
        let halves = code.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if halves.count == 2, isDigits(halves[0]), isDigits(halves[1]), halves[1].count == 4 {
            return zip(halves[0], plusFour: halves[1], region: region)
        }
        guard isDigits(code), !code.isEmpty else { return .code(code) }
        // Nine digits without their dash, or with a zero or two lost in front.
        if (7...9).contains(code.count) {
            return zip(String(code.dropLast(4)), plusFour: String(code.suffix(4)), region: region)
        }
        return code.count > 5 ? .code(code) : zip(code, plusFour: nil, region: region)
    }

    private static func zip(_ digits: String, plusFour: String?, region: String) -> Reading {
        let end = plusFour.map { "-" + $0 } ?? ""
        switch digits.count {
        case 5...: return .code(digits + end)
        case 4 where region.isEmpty || oneZero.contains(region): return .code("0" + digits + end)
        case 3 where twoZeros.contains(region): return .code("00" + digits + end)
        default: return .damaged("is too short for a zip code\(region.isEmpty ? "" : " of \(region.dropFirst(3))")")
        }
    }

    private static func padded(_ code: String, in country: Country) -> Reading {
        guard let length = lengths[country.alpha2], isDigits(code), code.count < length else { return .code(code) }
        guard code.count == length - 1 else { return .damaged("is too short for \(country.names[0])") }
        return .code("0" + code)
    }

    private static func isDigits(_ text: String) -> Bool { text.allSatisfy(SpreadsheetText.isDigit) }

    /// States whose zip codes begin with a zero, and with two.
    private static let oneZero: Set = ["US-CT", "US-MA", "US-ME", "US-NH", "US-NJ", "US-RI", "US-VT", "US-PR", "US-VI"]
    private static let twoZeros: Set = ["US-PR", "US-VI"]

    /// Digits of the codes of countries where some begin with a zero.
    private static let lengths = [
        "US": 5, "DE": 5, "FR": 5, "ES": 5, "IT": 5, "FI": 5, "MX": 5, "TR": 5, "MY": 5, "KR": 5, "AU": 4, "NO": 4,
        "NZ": 4, "RO": 6, "CN": 6, "SG": 6, "JP": 7,
    ]
}
