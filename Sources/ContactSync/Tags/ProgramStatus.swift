import Keap

/// The standing of a membership. A person with a current and an ended one of the same program is a current member.
enum ProgramStatus {
    static func rank(of word: String) -> Int? {
        switch word.folded {
        case "current": 4
        case "hold", "on hold": 3
        case "not started": 2
        case "canceled", "cancelled", "completed": 1
        default: nil
        }
    }

    /// Of two of one rank, the order of the alphabet decides, and not the order in the message: it must not make tags
    /// come and go.
    static func isStronger(_ a: String, than b: String) -> Bool {
        let (left, right) = (rank(of: a) ?? 0, rank(of: b) ?? 0)
        return left == right ? a.folded < b.folded : left > right
    }
}
