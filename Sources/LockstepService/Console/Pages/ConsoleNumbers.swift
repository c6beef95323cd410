/// Numbers as pages write them.
enum ConsoleNumbers {
    /// With a thin blank between thousands, which no line breaks at.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202F}" }
            text.append(digit)
        }
        return number < 0 ? "−" + text : text
    }

    static func rate(_ perSecond: Double?) -> String {
        guard let perSecond, perSecond.isFinite else { return "–" }
        if perSecond == 0 { return "0" }
        if perSecond < 0.05 { return "<0.1" }
        return perSecond < 10 ? oneDigit(perSecond) : grouped(Int(min(perSecond.rounded(), 1e12)))
    }

    private static func oneDigit(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }

    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(grouped(number)) \(number == 1 ? one : many)"
    }

    static func bytes(_ number: UInt64) -> String {
        switch number {
        case ..<10_000: "\(number) B"
        case ..<10_000_000: "\(number / 1_000) kB"
        case ..<10_000_000_000: "\(number / 1_000_000) MB"
        default: "\(number / 1_000_000_000) GB"
        }
    }
}
