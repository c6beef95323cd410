/// A number as people write it: grouped or not, with a point or, where it cannot be a group's, a comma.
struct Numeral: Equatable {
    /// The number's digits as JSON writes them.
    private(set) var digits: String
    private(set) var decimals: Int

    /// Nil with more digits than fit a number that Keap could hold.
    init?(_ text: String) {
        var rest = Substring(text.trimmed)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        rest = rest.filter { $0 != " " && $0 != "\u{A0}" && $0 != "'" }[...]
        let comma = rest.lastIndex(of: ",")
        let point = rest.lastIndex(of: ".")
        var mark: Character?
        switch (comma, point) {
        case (let comma?, let point?): mark = comma > point ? "," : "."
        case (nil, _?): mark = rest.count(where: { $0 == "." }) == 1 ? "." : nil
        // "1,250" is a group of three, "12,5" is not.
        case (let comma?, nil):
            let behind = rest.distance(from: comma, to: rest.endIndex) - 1
            mark = behind == 3 || rest.count(where: { $0 == "," }) > 1 ? nil : ","
        default: break
        }
        let halves = mark.map { rest.split(separator: $0, omittingEmptySubsequences: false) } ?? [rest]
        guard halves.count <= 2 else { return nil }
        let groups = halves[0].split(omittingEmptySubsequences: false, whereSeparator: { ",.".contains($0) })
        guard groups.count == 1 || groups[0].count <= 3 && groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
            return nil
        }
        let whole = groups.joined()
        let fraction = halves.count == 2 ? String(halves[1]) : ""
        guard !(whole + fraction).isEmpty, (whole + fraction).allSatisfy({ $0.isASCII && $0.isNumber }),
            whole.count <= 18, fraction.count <= 18, halves.count == 1 || !fraction.isEmpty
        else { return nil }
        let trimmed = String(whole.drop { $0 == "0" })
        digits = (isNegative ? "-" : "") + (trimmed.isEmpty ? "0" : trimmed) + (fraction.isEmpty ? "" : "." + fraction)
        decimals = fraction.count
    }

    /// With or without a currency's sign or code before or behind it.
    init?(amount text: String) {
        let isNegative = text.trimmed.first == "-"
        let bare = (isNegative ? String(text.trimmed.dropFirst()) : text).trimmed
        let number = bare.drop { $0.isCurrencySymbol || $0.isLetter || $0 == " " }
        var end = number[...]
        while let last = end.last, last.isCurrencySymbol || last.isLetter || last == " " { end = end.dropLast() }
        guard bare.count - end.count <= 5, let numeral = Numeral(isNegative ? "-" + end : String(end)) else {
            return nil
        }
        self = numeral
    }

    /// The digits, if nothing but zeros follows the point.
    var whole: String? {
        let parts = digits.split(separator: ".")
        return parts.count == 1 || parts[1].allSatisfy { $0 == "0" } ? String(parts[0]) : nil
    }
}

enum Answers {
    static func isYes(_ text: String) -> Bool? {
        switch text.folded {
        case "yes", "y", "true", "1", "on", "checked", "x", "accepted", "agreed": true
        case "no", "n", "false", "0", "off", "unchecked": false
        default: nil
        }
    }
}

extension String {
    /// Without blanks at either end.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }

    var oneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }

    /// Digits, with what is put between them, and perhaps an extension.
    var looksLikePhone: Bool {
        count(where: \.isNumber) >= 3
            && lowercased().replacing("ext", with: "x").allSatisfy { $0.isNumber || " +-()./x#,;".contains($0) }
    }

    var looksLikeWebsite: Bool {
        let bare = split(separator: "://").last.map(String.init) ?? ""
        let host = bare.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return !contains(where: \.isWhitespace) && host.contains(".") && !host.hasPrefix(".") && !host.hasSuffix(".")
            && !contains("@")
    }

    /// `en_US`
    var looksLikeLocale: Bool {
        let parts = split(separator: "_", omittingEmptySubsequences: false)
        return parts.map(\.count) == [2, 2] && parts[0].allSatisfy { $0.isLowercase }
            && parts[1].allSatisfy { $0.isUppercase }
    }
}
