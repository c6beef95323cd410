import ContactSync

/// How much of a message is read.
enum ReadingScope {
    case everything
    /// What decides about accepting it: whose it is, and whether it can be placed at all. Most values wait for the
    /// delivery, which reads the message again.
    case lane

    func includes(_ field: SyncedField) -> Bool {
        switch (self, field) {
        case (.everything, _), (.lane, .firstName), (.lane, .lastName), (.lane, .email): true
        case (.lane, _): false
        }
    }
}
