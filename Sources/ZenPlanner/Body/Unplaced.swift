import ContactSync

/// Why a message cannot be placed, in sentences.
struct Unplaced: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}
