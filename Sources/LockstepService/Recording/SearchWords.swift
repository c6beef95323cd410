import Connectors
import ContactSync
import Foundation
import WireFormats

/// Texts as people are searched by: in small letters, without accents and marks that cannot be seen.
enum SearchWords {
    /// Characters of a name or an address that count.
    private static let most = 120

    static func folded(_ text: String) -> String {
        let folded = String(text.prefix(most)).folded
        guard !folded.utf8.allSatisfy({ $0 < 0x80 }) else { return folded }
        return folded.folding(options: .diacriticInsensitive, locale: nil)
    }

    static func text(of identity: SubjectIdentity) -> String {
        [identity.name, identity.email].filter { !$0.isEmpty }.map(folded).joined(separator: " ")
    }

    /// Of a message that means nothing yet, so that it is found by what stands in it.
    static func text(ofUnread body: [UInt8]) -> String {
        let text = String(decoding: body, as: UTF8.self)
        let values = (text.removingPercentEncoding ?? text).replacing("+", with: " ")
        return values.split { !$0.isLetter && !$0.isNumber && !"@.-_'".contains($0) }.prefix(60).map {
            folded(String($0))
        }
        .joined(separator: " ")
    }

    /// The pieces of a question that all have to be found.
    static func asked(_ text: String) -> [String] { folded(text).split(separator: " ").prefix(8).map(String.init) }
}

/// The history's keys of what subjects are known by.
enum PersonKey {
    static func keys(of ids: [SubjectID]) -> [String] { ids.map(key) }

    /// As the lanes compare them: the case of a person's id does not count where it is letters.
    static func key(of id: SubjectID) -> String {
        let value = id.kind == .person ? SourceID.key(id.value) : id.value
        let text = "\(id.kind.rawValue):\(value)"
        // A key that is longer is not kept; the end tells long ones apart less than the beginning.
        return text.utf8.count <= 256
            ? text : String(text.prefix(60)) + "…" + SHA256.digest(Array(text.utf8)).hexadecimal
    }
}
