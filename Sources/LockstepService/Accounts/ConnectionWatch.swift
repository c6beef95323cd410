import ConfigurationReading
import OutboundAPI

/// Acts on how gyms' tokens are: lets the queue run their jobs or not, and tells the log once of each change.
struct ConnectionWatch: Sendable {
    let connections: KeapConnections
    let served: ServedGyms
    let book: AccountBook
    let log: ServiceLog
    private let said = StateChanges()

    /// - Parameter gyms: all that are configured.
    func start(_ gyms: Set<GymID>) async {
        connections.news.attach { await changed($0, $1) }
        await served.configure(gyms, closed: gyms.filter { connections.obstacle(of: $0) != nil })
        for one in connections.all { if let standing = connections.standing(of: one.gym) { say(one.gym, standing) } }
    }

    private func changed(_ gym: GymID, _ standing: TokenStanding) async {
        say(gym, standing)
        if standing.isUsable, let one = connections[gym], let account = await one.tokens.account {
            await book.answered(one.login, tenant: account, isSuccess: true)
        }
        await served.set(gym, isOpen: standing.isUsable)
    }

    private func say(_ gym: GymID, _ standing: TokenStanding) {
        let sentence = connections.trouble(of: gym)
        guard said.isNews("connection of \(gym)", sentence ?? "fine", unlessNew: sentence == nil) else { return }
        guard let sentence else { return log.info("gym \(gym) is connected to its Keap account") }
        if standing.needsOwner || !standing.isUsable { log.error(sentence) } else { log.warning(sentence) }
    }
}
