/// The key that tells people apart without an id: name and e-mail, folded.
package struct NameKey: Hashable, Sendable {
    /// E-mail address and both names, case and blanks ignored.
    package let text: String
    /// The same with the names run together, if there is more than one way to split them: for a source that has one text.
    package let whole: String?
    package let email: String

    /// Nil without an address, since names alone are shared, and without any name, since families share addresses.
    package init?(_ values: [SyncedField: FieldValue]) {
        let email = (values[.email]?.text ?? "").folded
        let names = [SyncedField.firstName, .lastName].map { (values[$0]?.text ?? "").folded }
        guard !email.isEmpty, names.contains(where: { !$0.isEmpty }) else { return nil }
        self.email = email
        // Folded text holds no line break, so no other three texts give this key.
        text = ([email] + names).joined(separator: "\n")
        let words = names.filter { !$0.isEmpty }.joined(separator: " ")
        whole = words.count(where: { $0 == " " }) > 1 ? "\(email)\n\(words)" : nil
    }
}

extension PersonSnapshot {
    package var nameKey: String? { NameKey(values)?.text }
}
