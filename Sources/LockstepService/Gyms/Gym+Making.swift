import ConfigurationReading
import Connectors
import DurableQueue

extension Gym {
    /// With what is kept of it.
    static func make(_ ground: GymGround) async throws -> Gym {
        let (gym, queue) = (ground.gym, ground.queue)
        let hints = "attention/\(gym.id)"
        let old = Attention.entries(ofList: await queue.metadata(hints) ?? [])
        var destinations: [any Destination] = []
        for kind in Destinations.all + Destinations.readers {
            if let destination = try await kind.make(ground) { destinations.append(destination) }
        }
        let made = Gym(
            gym, destinations: destinations, attention: Attention(saved: await queue.metadata(withPrefix: hints + "/"))
        ) { save in
            try await queue.setMetadata("\(hints)/\(save.lane)", save.bytes, durable: false)
        }
        // Versions before kept the list whole, under one key.
        if !old.isEmpty {
            for entry in old { await made.keep(made.attention.note(entry)) }
            try await queue.setMetadata(hints, [], durable: false)
        }
        return made
    }
}
