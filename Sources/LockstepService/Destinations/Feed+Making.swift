import ChartMogulFeed
import DurableQueue

extension Feed {
    /// Nil for a gym whose bills go nowhere.
    @Sendable static func make(_ ground: GymGround) async throws -> Feed? {
        guard let settings = ground.gym.chartMogul, let account = ground.chartMogul else {
            return nil
        }
        let (queue, key) = (ground.queue, "chartmogul/\(ground.gym.id)")
        let doubts = Doubts(saved: await queue.metadata(key)) { bytes in
            try await queue.setMetadata(key, bytes, durable: true)
        }
        return Feed(settings, api: account.gateway, peer: account.peer, clock: ground.clock, doubts: doubts)
    }
}
