import ConfigurationReading
import Foundation
import LockstepService

/// Checks gyms through the running service, or by calls of its own where none runs.
struct RunningService {
    /// The time limit of one check, and of a slow call beyond it.
    static let longest: TimeInterval = 120

    /// Nil: where it would be is not known.
    let client: AdminClient?
    /// Whether the data directory is open in a service.
    let isThere: Bool

    private enum Found {
        case checkup(ConfigurationCheck)
        /// The service cannot say, for this reason, and its budget is not the one that our calls would spend.
        case askKeap(note: String?)
    }

    /// In the order given.
    ///
    /// - Parameter progress: told how many are done.
    func checkups(
        of gyms: [GymConfiguration], in configuration: Configuration,
        progress: @escaping @Sendable (_ done: Int) -> Void
    ) async -> [ConfigurationCheck] {
        var (found, notes): ([GymID: ConfigurationCheck], [GymID: String]) = ([:], [:])
        var left: Set<GymID> = []
        var done = 0
        await withTaskGroup(of: (GymID, Found).self) { tasks in
            var waiting = gyms[...]
            func begin() {
                guard let gym = waiting.popFirst() else { return }
                tasks.addTask { (gym.id, await ask(gym)) }
            }
            for _ in 0..<CheckRun.most { begin() }
            for await (id, answer) in tasks {
                switch answer {
                case .checkup(let checkup):
                    found[id] = checkup
                    done += 1
                    progress(done)
                case .askKeap(let note):
                    left.insert(id)
                    notes[id] = note
                }
                begin()
            }
        }
        let answered = done
        if !left.isEmpty {
            for var checkup in await CheckRun.alone(configuration, only: left, progress: { progress(answered + $0) }) {
                guard let id = GymID(checkup.gym) else { continue }
                if let note = notes[id] { checkup.notes.append(note) }
                found[id] = checkup
            }
        }
        return gyms.compactMap { found[$0.id] }
    }

    private func ask(_ gym: GymConfiguration) async -> Found {
        let failure: CommandFailure
        do {
            guard let client else { throw CommandFailure("its admin address is not known; name it with --admin URL") }
            let query = [("gym", gym.id.description), ("settings", gym.digest)]
            let data = try await client.post("/api/check", query, within: Self.longest)
            return .checkup(try client.decode(ConfigurationCheck.self, from: data))
        } catch let error as CommandFailure {
            failure = error
        } catch {
            failure = CommandFailure(Terminal.sentence(of: error))
        }
        switch failure.status {
        // Another gym's service, an older one, or one that was started before the file was changed.
        case 404: return .askKeap(note: "the running service does not know this gym, so Keap was asked directly")
        case 409: return .askKeap(note: "\(failure.sentence), so Keap was asked directly")
        default:
            guard isThere || failure.isAnswered else { return .askKeap(note: nil) }
            var checkup = ConfigurationCheck(of: gym)
            checkup.untried = [
                "a running service uses this key, and did not say what it knows (\(failure.sentence)); Keap was not asked, so "
                    + "that its limits are not overrun"
            ]
            return .checkup(checkup)
        }
    }
}
