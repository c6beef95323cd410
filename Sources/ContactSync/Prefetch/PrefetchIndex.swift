import Keap

/// Which contacts may have a source ID or an e-mail address, as the pages of Keap's list said.
///
/// Keeps hashes instead of texts, so a contact takes some fifty bytes, and may name one too many, never one too few.
struct PrefetchIndex: Sendable {
    private enum Key {
        case id(String)
        case email(String)

        /// Both are compared without regard to case and to blanks around them, as everywhere.
        var hash: Int {
            var hasher = Hasher()
            switch self {
            case .id(let text):
                hasher.combine(0)
                hasher.combine(SourceID.key(text.folded))
            case .email(let text):
                hasher.combine(1)
                hasher.combine(text.folded)
            }
            return hasher.finalize()
        }
    }

    private var first: [Int: ContactID] = [:]
    /// Further contacts of keys that several have; most have one.
    private var others: [Int: [ContactID]] = [:]

    var isEmpty: Bool { first.isEmpty }

    mutating func add(_ contact: ContactID, id: String, emails: [String]) {
        if !id.folded.isEmpty { add(contact, under: .id(id)) }
        for email in emails where !email.folded.isEmpty { add(contact, under: .email(email)) }
    }

    private mutating func add(_ contact: ContactID, under key: Key) {
        let hash = key.hash
        guard let known = first[hash] else {
            first[hash] = contact
            return
        }
        guard known != contact, others[hash]?.contains(contact) != true else { return }
        others[hash, default: []].append(contact)
    }

    func bearers(ofID id: String) -> [ContactID] { contacts(under: .id(id)) }
    func bearers(ofEmail email: String) -> [ContactID] { contacts(under: .email(email)) }

    private func contacts(under key: Key) -> [ContactID] {
        let hash = key.hash
        return first[hash].map { [$0] + (others[hash] ?? []) } ?? []
    }
}
