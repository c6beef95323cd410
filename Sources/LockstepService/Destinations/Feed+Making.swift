import ChartMogulFeed

extension Feed {
    /// Nil for a gym whose bills go nowhere.
    @Sendable static func make(_ ground: GymGround) async throws -> Feed? {
        guard let settings = ground.gym.chartMogul, let account = ground.chartMogul else {
            return nil
        }
        return Feed(settings, api: account.gateway, peer: account.peer, clock: ground.clock)
    }
}
