extension PersonSnapshot {
    /// What tells people apart where no id does: e-mail address and both names, case and blanks ignored.
    ///
    /// Nil without an address, since names alone are shared, and without any name, since families share addresses.
    package var nameKey: String? {
        let email = (values[.email]?.text ?? "").folded
        let names = [SyncedField.firstName, .lastName].map { (values[$0]?.text ?? "").folded }
        guard !email.isEmpty, names.contains(where: { !$0.isEmpty }) else { return nil }
        // Folded text holds no line break, so no other three texts give this key.
        return ([email] + names).joined(separator: "\n")
    }
}
