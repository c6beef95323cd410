package import ConfigurationReading
import Connectors
package import Foundation

/// When Keap's bills are read: the part of a gym's `chartMogul` section that concerns Keap.
package struct ReadingSettings: DestinationSettings, Equatable {
    package static let section = "chartMogul"

    /// The last part of the address of Keap's web hook. Nil: without hooks, by the poll alone.
    package var hookToken: Secret?
    /// Between polls while hooks are healthy, and while they are not.
    package var healthyPoll: Duration = .seconds(1_800)
    package var failingPoll: Duration = .seconds(300)
    /// Where a subscription's last day begins.
    package var timeZone: TimeZone = .gmt

    package init() {}

    private enum PollKey: String, CaseIterable { case healthy, failing }

    /// Reads its own members; the rest of the section is the feed's to read, and to find fault with.
    package init?(_ section: ConfigurationValue, secrets: SecretSource) {
        if let token = section.member("hookToken") {
            guard let secret = secrets.secret(token) else { return nil }
            hookToken = secret
        }
        if let poll = section.member("poll")?.section(PollKey.self) {
            if let healthy = poll[.healthy]?.seconds(in: Self.pauses) { healthyPoll = healthy }
            if let failing = poll[.failing]?.seconds(in: Self.pauses) { failingPoll = failing }
        }
        // The feed notes a name that is none.
        if let zone = section.member("timeZone"), case .text(let name) = zone.node.content {
            timeZone = TimeZone(identifier: name) ?? .gmt
        }
    }

    private static let pauses = 1.0...86_400
}
