import Testing

@testable import LockstepService

/// Each kind of alert, held against the page about operating.
struct AlertPageTests {
    @Test func `each kind of alert has its entry, and there are no others`() throws {
        let page = try #require(Documentation().pages.first { $0.path.hasSuffix("/Operating.md") })
        var entries: [String: Int] = [:]
        var (isWithin, name) = (false, "")
        for line in page.text.split(separator: "\n") {
            if line.hasPrefix("## ") { isWithin = line == "## Alerts" }
            guard isWithin else { continue }
            if line.hasPrefix("### ") {
                name = String(line.dropFirst(4))
            } else {
                entries[name, default: 0] += line.count
            }
        }
        entries[""] = nil
        #expect(entries.keys.sorted() == AlertKind.allCases.map(\.rawValue).sorted())
        for (name, length) in entries { #expect(length > 60, "\(name)") }
    }
}
