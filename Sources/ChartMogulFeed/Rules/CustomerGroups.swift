import Keap

/// Contacts that are one customer.
struct CustomerGroups: Sendable {
    private struct Edge {
        var time: Int64
        var from: ContactID
        var into: ContactID
    }

    private var parents: [ContactID: ContactID] = [:]
    /// By a group's root: the contact that the newest move led to.
    private var newest: [ContactID: (time: Int64, contact: ContactID)] = [:]

    /// The two are one from now on.
    ///
    /// - Parameter time: of the move: the newest tells whose name the customer has.
    mutating func unite(_ from: ContactID, _ into: ContactID, at time: Int64) {
        guard from != into else { return }
        let (a, b) = (root(from), root(into))
        let candidates = [newest[a], newest[b], (time, into)].compactMap { $0 }
        newest[a] = nil
        if a != b { parents[a] = b }
        newest[b] = candidates.max { ($0.time, $0.contact) < ($1.time, $1.contact) }
    }

    func areOne(_ a: ContactID, _ b: ContactID) -> Bool { root(a) == root(b) }

    /// The contact under which a contact's customer goes on.
    func customer(of contact: ContactID) -> ContactID { newest[root(contact)]?.contact ?? contact }

    /// Each contact that goes on under another one, lowest number first.
    var merges: [(from: ContactID, into: ContactID)] {
        Set(parents.keys).union(parents.values).sorted()
            .map { (from: $0, into: customer(of: $0)) }.filter { $0.from != $0.into }
    }

    private func root(_ contact: ContactID) -> ContactID {
        var contact = contact
        while let parent = parents[contact] { contact = parent }
        return contact
    }
}
