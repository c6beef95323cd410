import Foundation

/// An address that a page may name: one of the console's own. Never `javascript:`, since each begins with a slash (or a
/// number sign) and every part of it is percent-encoded.
struct ConsoleLink: Hashable, Sendable {
    let text: String

    /// - Parameter query: names whose value is nil or empty are left out.
    init(_ path: [String], _ query: [(String, String?)] = []) {
        var text = path.isEmpty ? "/" : path.map { "/" + Self.encoded($0) }.joined()
        let pairs = query.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(Self.encoded(name))=\(Self.encoded($0))" }
        }
        if !pairs.isEmpty { text += "?" + pairs.joined(separator: "&") }
        self.text = text
    }

    /// A place on the same page.
    init(fragment: String) { text = "#" + Self.encoded(fragment) }

    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func encoded(_ text: String) -> String {
        // `.` and `..` alone are steps in a path, not names.
        if text == "." { return "%2E" }
        if text == ".." { return "%2E%2E" }
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""  // Swift text is always UTF-8
    }
}
