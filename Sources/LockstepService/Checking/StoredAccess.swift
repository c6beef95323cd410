import Clocks
import ConfigurationReading
import Keap
import OutboundAPI

/// What a command calls with that runs beside no service: a gym's key, or the access token that is kept. It never refreshes:
/// two that do lose each other's tokens.
enum StoredAccess {
    case key(APIKey)
    case missing(ConfigurationCheck)
    case over(ConfigurationCheck)

    init(of gym: GymConfiguration, in configuration: Configuration, _ surroundings: ServiceEnvironment) {
        if let key = gym.keap.site.key {
            self = .key(key)
            return
        }
        var check = ConfigurationCheck(of: gym)
        func unconnected(_ why: String) -> StoredAccess {
            check.problems = ["\(why). Run: \(configuration.connectCommand(for: gym.id))"]
            return .missing(check)
        }
        switch TokenFile(of: gym, in: configuration, surroundings)?.load() {
        case .memory(let memory)?:
            let ledger = TokenLedger(memory, at: surroundings.clock.reading, jitter: 0.5)
            if let access = ledger.access(at: surroundings.clock.wall) {
                self = .key(access)
            } else if let reason = memory.endedBecause {
                self = unconnected("Keap has ended the connection (\(reason))")
            } else {
                check.untried = ["the access token is over; the service renews it when it runs"]
                self = .over(check)
            }
        case .unusable(let reason)?: self = unconnected(reason)
        case nil, .none?: self = unconnected("not connected to a Keap account")
        }
    }
}
