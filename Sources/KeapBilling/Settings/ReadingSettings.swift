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
            guard !secrets.isReading || Self.isAddressable(secret.text) else {
                token.note(
                    .notUsable(
                        reason: "it becomes part of an address, so only letters, digits and - . _ ~ may be in it"))
                return nil
            }
            hookToken = secret
        }
        if let poll = section.member("poll")?.section(PollKey.self) {
            if let healthy = poll[.healthy]?.whole(in: Self.pauses) { healthyPoll = .seconds(healthy) }
            if let failing = poll[.failing]?.whole(in: Self.pauses) { failingPoll = .seconds(failing) }
        }
        // The feed notes a name that is none.
        if let zone = section.member("timeZone"), case .text(let name) = zone.node.content {
            timeZone = TimeZone(identifier: name) ?? .gmt
        }
    }

    private static let pauses = 1...86_400

    /// Whether a text means itself in an address.
    private static func isAddressable(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "-._~".utf8.contains(byte)
        }
    }
}
