import ContactSync
import Keap

/// What `lockstep check` tells of one gym: whether its key opens Keap, and what the first change would create there.
package struct Checkup: Sendable {
    package var gym: String
    package var name: String
    package var hook: String?
    /// Who Keap says the key belongs to.
    package var keyOwner: String?
    package var problems: [String] = []
    package var wouldCreate: [String] = []

    package var isFine: Bool { problems.isEmpty }

    /// Asks Keap, gym by gym. Costs at most three calls each and changes nothing.
    package static func run(_ configuration: Configuration) async -> [Checkup] {
        var checkups: [Checkup] = []
        for gym in configuration.gyms {
            var checkup = Checkup(gym: gym.id.description, name: gym.name)
            if gym.zenPlanner != nil { checkup.hook = "/hooks/\(gym.id)/zenplanner/TOKEN" }
            let calls = KeapAccount.untracked(gym, in: configuration).calls()
            do throws(KeapFailure) {
                checkup.keyOwner = try await calls.probe()
                // Nothing saved: a new gym's directory, which always can be read.
                if let keeper = try? DirectoryKeeper(settings: gym.sync, saved: nil, calls: calls, save: { _ in }) {
                    checkup.wouldCreate = try await keeper.wouldCreate()
                }
            } catch {
                checkup.problems.append(sentence(error))
            }
            checkups.append(checkup)
        }
        return checkups
    }

    private static func sentence(_ failure: KeapFailure) -> String {
        switch failure {
        case .unauthorized(let message): "Keap refuses the key: \(message)"
        case .refused(let status, let message): "Keap refuses (\(status)): \(message)"
        case .gone(let message): "Keap does not know what was asked for: \(message)"
        case .unavailable(let reason), .unclear(let reason): "Keap cannot be reached: \(reason)"
        case .cancelled: "interrupted"
        }
    }
}
