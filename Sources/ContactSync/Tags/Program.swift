/// One program of a gym, through all its names, from its first mention to its end.
struct Program: Equatable, Sendable, Codable {
    var key: ProgramKey
    /// The source's id, once a message has given one.
    var sourceID: String?
    var name: String
    /// Folded names that it had before: late messages still use them.
    var aliases: [String] = []
    /// The job of its latest renaming. An earlier one that is told again changes nothing.
    var renamedBy: UInt64?
    /// The job that deleted it. Jobs accepted before that one still mean this program, and apply no tag of it.
    var deletedBy: UInt64?
    /// No contact has its tags any more, and they have their final name (or are gone).
    var isSwept = false

    static let mostAliases = 32

    func isAlive(at job: UInt64) -> Bool { deletedBy.map { $0 > job } ?? true }

    /// Whether a message that gives `id` (or none) may mean this program when the name fits.
    func isCompatible(with id: String?) -> Bool { id == nil || sourceID == nil || sourceID == id }

    mutating func rename(to newName: String) {
        if newName.folded != name.folded, !aliases.contains(name.folded) { aliases.append(name.folded) }
        name = newName
        aliases.removeAll { $0 == newName.folded }
        if aliases.count > Program.mostAliases { aliases.removeFirst(aliases.count - Program.mostAliases) }
    }

    mutating func alsoKnown(as oldName: String) {
        let alias = oldName.folded
        if !alias.isEmpty, alias != name.folded, !aliases.contains(alias) { aliases.append(alias) }
    }
}

extension [Program] {
    /// The program that a job means by an id or a name: by id first, then by the present name, then by a former one.
    /// Finds the life of a name in which the job was accepted; a deleted program's name may live again.
    func index(id: String?, name: String?, at job: UInt64) -> Int? {
        let alive = indices.filter { self[$0].isAlive(at: job) }
        func earliest(where fits: (Program) -> Bool) -> Int? {
            alive.filter { fits(self[$0]) }.min { a, b in
                (self[a].deletedBy ?? .max, self[a].key.rawValue) < (self[b].deletedBy ?? .max, self[b].key.rawValue)
            }
        }
        if let id, let known = earliest(where: { $0.sourceID == id }) { return known }
        guard let folded = name?.folded, !folded.isEmpty else { return nil }
        return earliest { $0.isCompatible(with: id) && $0.name.folded == folded }
            ?? earliest { $0.isCompatible(with: id) && $0.aliases.contains(folded) }
    }
}
