import DurableQueue
import Foundation

/// What a job's words must hold. Case and accents do not matter.
struct JobNeedle: Sendable {
    private let text: String?
    private let address: String?

    fileprivate init?(text: String?, address: String?) {
        guard text != nil || address != nil else { return nil }
        (self.text, self.address) = (text.map(Self.folded), address.map(Self.folded))
    }

    func isIn(_ row: JobListing.Row) -> Bool {
        let person = row.person.map(Self.folded) ?? ""
        if let address, !person.contains(address) { return false }
        guard let text else { return true }
        return person.contains(text) || row.job.id.description == text
            || row.job.reason.map { Self.folded($0).contains(text) } ?? false
    }

    private static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    }
}

extension JobFilter {
    /// Nil: no message need be read to tell which jobs fit.
    var needle: JobNeedle? {
        JobNeedle(text: text, address: person.flatMap { $0.contains("@") ? $0 : nil })
    }
}
