import ConfigurationReading
import Connectors
import ContactSync
import Keap
import OutboundAPI

/// What `lockstep check` tells of one gym: whether its key opens Keap, and what the first change would create there.
package struct ConfigurationCheck: Codable, Sendable {
    package var gym: String
    package var name: String
    package var hook: String?
    /// Where the other sources' messages come in, and what they lead to; empty without any.
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
        let introductions = gym.sources.ofContacts.map { $0.introduction(of: gym.id) }
        hook = introductions.lazy.compactMap(\.hook).first
        bookings = introductions.flatMap(\.lines)
    }

    /// Asks Keap. Costs a call for the key, one for the custom fields, one for each tag category, and what its sources need; changes nothing. A caller that is cancelled leaves what it has not tried.
    ///
    /// - Parameter wait: what keeps calls waiting, in a sentence, for one that did not come to its turn.
    static func of(
        _ gym: GymConfiguration, _ calls: any KeapAPI, bills: BillingCheck? = nil,
        wait: @Sendable () async -> CallWait
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
                for source in gym.sources.ofContacts { checkup.add(try await source.check(calls)) }
            } catch {
                await checkup.note(error, isThrottled: log.isThrottled, wait)
            }
        }
        checkup.account = log.account
        if let bills { checkup.add(await bills.findings()) }
        return checkup
    }

    /// What keeps a call waiting.
    enum CallWait {
        /// For want of budget, or because too much else is asked: the settings may be right.
        case budget(String)
        /// Keap refuses the key, or cannot be reached.
        case keap(String)
    }

    private mutating func note(_ failure: KeapFailure, isThrottled: Bool, _ wait: () async -> CallWait) async {
        switch failure {
        case .cancelled, .stale, .partly:
            switch await wait() {
            case .budget(let sentence): untried.append(sentence)
            case .keap(let sentence): problems.append(sentence)
            }
        case .unavailable(let reason) where isThrottled:
            untried.append(
                "Keap takes no more calls of this account just now (\(reason)); check again in a few minutes")
        default: problems.append(Self.sentence(failure))
        }
    }

    private mutating func add(_ found: SourceFindings) {
        settings += found.lines
        problems += found.problems
        wouldCreate += found.wouldCreate
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
