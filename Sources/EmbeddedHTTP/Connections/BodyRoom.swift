import Synchronization

/// Room for the bodies of all connections of a server.
final class BodyRoom: Sendable {
    private let limit: Int
    private let used = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// Takes room for a body's next bytes. False: there is none, and nothing was taken.
    ///
    /// - Parameter isVerified: otherwise only half of the room is open.
    func take(_ bytes: Int, isVerified: Bool) -> Bool {
        let open = isVerified ? limit : limit / 2
        return used.withLock { used in
            guard bytes <= open - used else { return false }
            used += bytes
            return true
        }
    }

    func giveBack(_ bytes: Int) { used.withLock { $0 -= bytes } }
}
