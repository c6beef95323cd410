import WireFormats

/// The Date of answers, made anew when the second changes.
struct ResponseDate {
    private var second: Int?
    private var written = ""

    mutating func text(secondsSince1970 second: Int) -> String {
        if second != self.second { (self.second, written) = (second, HTTPDate.string(secondsSince1970: second)) }
        return written
    }
}
