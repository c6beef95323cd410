import ContactSync
import Keap
import OnceHub

/// What `lockstep check` tells of one gym: whether its key opens Keap, and what the first change would create there.
package struct ConfigurationCheck: Codable, Sendable {
    package var gym: String
    package var name: String
    package var hook: String?
    /// Where OnceHub's events come in, and what tags they lead to; empty without OnceHub.
    package var bookings: [String] = []
    /// Who Keap says the key belongs to.
    package var keyOwner: String?
    /// Keap's name for the account that the key opens.
    package var account: String?
    package var problems: [String] = []
    /// What could not be asked yet, which says nothing against the settings.
    package var untried: [String] = []
    package var wouldCreate: [String] = []
    /// What is worth knowing beside.
    package var notes: [String] = []
    /// What the settings come to, in sentences.
    package var settings: [String] = []

    package var isFine: Bool { problems.isEmpty }

    package init(of gym: GymConfiguration) {
        (self.gym, name) = (gym.id.description, gym.name)
        if gym.zenPlanner != nil { hook = "/hooks/\(gym.id)/zenplanner/TOKEN" }
        if let onceHub = gym.onceHub {
            bookings = ["OnceHub posts to /hooks/\(gym.id)/oncehub"] + onceHub.settings.tagWords
        }
    }

    /// Asks Keap. Costs a call for the key, one for the custom fields, one for each tag category, and with OnceHub at most
    /// four more; changes nothing. A caller that is cancelled leaves what it has not tried.
    ///
    /// - Parameter wait: what keeps calls waiting, in a sentence, for one that did not come to its turn.
    static func of(
        _ gym: GymConfiguration, _ calls: any KeapAPI, wait: @Sendable () async -> CallWait
    ) async -> ConfigurationCheck {
        var checkup = ConfigurationCheck(of: gym)
        let log = AttemptLog()
        await AttemptLog.$current.withValue(log) {
            do throws(KeapFailure) {
                checkup.keyOwner = try await calls.probe()
                // Nothing saved: a new gym's directory, which always can be read.
                if let keeper = try? TagService(settings: gym.sync, saved: nil, calls: calls, save: { _ in }) {
                    checkup.wouldCreate = try await keeper.wouldCreate()
                }
                if let onceHub = gym.onceHub { try await checkup.read(onceHub.settings, calls) }
            } catch {
                await checkup.note(error, isTurnedAway: log.isTurnedAway, wait)
            }
        }
        checkup.account = log.tenant
        return checkup
    }

    /// What keeps a call waiting.
    enum CallWait {
        /// For want of budget, or because too much else is asked: the settings may be right.
        case budget(String)
        /// Keap refuses the key, or cannot be reached.
        case keap(String)
    }

    private mutating func note(_ failure: KeapFailure, isTurnedAway: Bool, _ wait: () async -> CallWait) async {
        switch failure {
        case .cancelled, .stale, .partly:
            switch await wait() {
            case .budget(let sentence): untried.append(sentence)
            case .keap(let sentence): problems.append(sentence)
            }
        case .unavailable(let reason) where isTurnedAway:
            untried.append(
                "Keap takes no more calls of this account just now (\(reason)); check again in a few minutes")
        default: problems.append(Self.sentence(failure))
        }
    }

    private mutating func read(_ settings: OnceHubSettings, _ calls: any KeapAPI) async throws(KeapFailure) {
        var category: [KeapRecord] = []
        if settings.classification.leadSource != nil, let name = settings.classification.category {
            category = try await calls.records(.leadSourceCategory, named: name)
        }
        var noAppointments: String?
        if settings.creation.makesAppointments {
            do throws(KeapFailure) {
                // A contact that there never is: whether the account has a calendar is all that is asked.
                let never = KeapTime(milliseconds: 0)
                _ = try await calls.appointments(of: ContactID("0"), in: never...never)
            } catch {
                switch error {
                case .refused where error.saysNoAppointments: noAppointments = error.message
                // There is a calendar; it was asked for a contact that does not exist.
                case .refused, .gone: break
                default: throw error
                }
            }
        }
        let words = settings.words(
            OnceHubSettings.AccountKnowledge(
                fields: try await calls.customFields(), users: try await calls.users(), noAppointments: noAppointments,
                hasLeadSourceCategory: !category.isEmpty))
        self.settings += words.lines
        problems += words.problems
        wouldCreate += words.wouldCreate
    }

    private static func sentence(_ failure: KeapFailure) -> String {
        switch failure {
        case .unauthorized(let message): "Keap refuses the key: \(message)"
        case .refused(let status, let message): "Keap refuses (\(status)): \(message)"
        case .gone(let message): "Keap does not know what was asked for: \(message)"
        case .unavailable(let reason), .unclear(let reason): "Keap cannot be reached: \(reason)"
        case .cancelled, .partly, .stale: "interrupted"
        }
    }
}
