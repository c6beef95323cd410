import ConfigurationReading
import OutboundAPI
import Synchronization

/// How each gym's tokens are, and who is told when that changes.
final class ConnectionNews: Sendable {
    private struct State {
        var standings: [GymID: TokenStanding] = [:]
        var tell: (@Sendable (GymID, TokenStanding) async -> Void)?
    }

    private let state = Mutex(State())

    /// - Parameter tell: called at each change from now on.
    func attach(_ tell: @escaping @Sendable (GymID, TokenStanding) async -> Void) { state.withLock { $0.tell = tell } }

    func detach() { state.withLock { $0.tell = nil } }

    subscript(gym: GymID) -> TokenStanding? { state.withLock { $0.standings[gym] } }

    /// What is known before anything runs.
    func begin(_ gym: GymID, _ standing: TokenStanding) { state.withLock { $0.standings[gym] = standing } }

    func tell(_ gym: GymID, _ standing: TokenStanding) async {
        let tell = state.withLock { state in
            state.standings[gym] = standing
            return state.tell
        }
        await tell?(gym, standing)
    }
}
