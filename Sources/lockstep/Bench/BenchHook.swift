import ConfigurationReading
import Connectors
import Keap
import LockstepService
import OnceHub
import ZenPlanner

/// Where a benchmark's messages for one gym go: the paths and secrets of its sources.
struct BenchHook: Equatable, Sendable {
    var gym: String
    /// Of its Zen Planner address; nil: the gym has none.
    var token: String?
    /// What its OnceHub events are signed with; nil: the gym has none.
    var secret: String?

    /// Those of a configuration's gyms that take messages, in its order.
    ///
    /// - Parameter chosen: their ids; empty: all.
    /// - Throws: a sentence, if one is not there, none takes messages, or one writes to a Keap that is not a simulator.
    static func all(
        in configuration: Configuration, chosen: [String], allowsRealKeap: Bool
    ) throws(CommandFailure) -> [BenchHook] {
        for id in chosen where !configuration.gyms.contains(where: { $0.id.description == id }) {
            throw CommandFailure("there is no gym “\(id)” in the configuration")
        }
        let gyms = configuration.gyms.filter { chosen.isEmpty || chosen.contains($0.id.description) }
        if !allowsRealKeap, let real = gyms.first(where: { !$0.keap.site.isLoopback }) {
            throw CommandFailure(
                "gym \(real.id) writes to \(real.keap.site.base), which is no simulator on this machine: its contacts "
                    + "would be flooded with made-up people. Nothing was sent. Point keap.baseURL at `lockstep simulate "
                    + "keap`, choose other gyms with --gym, or add --allow-real-keap if that is what you want")
        }
        let hooks = gyms.map { gym in
            BenchHook(
                gym: gym.id.description, token: gym.sources[ZenPlannerSource.self]?.token?.text,
                secret: gym.sources[OnceHubSource.self]?.secrets.first?.text)
        }.filter { $0.token != nil || $0.secret != nil }
        guard !hooks.isEmpty else { throw CommandFailure("no gym of the configuration takes messages") }
        return hooks
    }
}
