/// Tells whether a text can be an address that ChartMogul takes: a name, an @, and a host with a point.
package enum MailAddress {
    package static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (3...253).contains(parts[1].utf8.count),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !#"()<>[]:;,\""#.utf8.contains($0) }),
            parts[0].first != ".", parts[0].last != ".", !parts[0].contains("..")
        else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, last.utf8.count >= 2, last.allSatisfy(\.isLetter) else {
            return false
        }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
        }
    }
}
