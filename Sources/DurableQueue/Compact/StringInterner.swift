/// Keeps equal texts once in memory: in an outage all jobs that were tried wait for the same reason.
struct StringInterner: Sendable {
    private var texts: [String] = []
    private var oldest = 0
    private static let most = 8

    mutating func shared(_ text: String) -> String {
        if let known = texts.first(where: { $0 == text }) { return known }
        if texts.count < Self.most {
            texts.append(text)
        } else {
            texts[oldest] = text
            oldest = (oldest + 1) % Self.most
        }
        return text
    }
}
