import ConfigurationReading
import Foundation
import OutboundAPI

/// Who is told of alerts, beside the log.
package struct AlertSettings: Equatable, Sendable {
    /// Where to send them, as JSON.
    struct Webhook: Equatable, Sendable {
        var site: APISite
        /// Path and query, percent-encoded. May hold a secret: not to be shown.
        var target: String
        var header: Header?
    }

    struct Header: Equatable, Sendable {
        var name: String
        var value: Secret
    }

    var webhook: Webhook?

    package init() {}
}

extension AlertSettings.Webhook {
    /// - Throws: why the text is no address that alerts may be sent to.
    init(_ address: String, header: AlertSettings.Header? = nil) throws(APISite.Problem) {
        guard var parts = URLComponents(string: address) else { throw APISite.Problem.notAnAddress }
        let path = parts.percentEncodedPath
        target = (path.isEmpty ? "/" : path) + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        parts.percentEncodedPath = ""
        parts.percentEncodedQuery = nil
        guard let base = parts.string else { throw APISite.Problem.notAnAddress }
        site = try APISite(base, of: "the alerts' web hook")
        self.header = header
    }
}

extension ConfigurationReader {
    private enum AlertKey: String, CaseIterable { case webhook, header }
    private enum HeaderKey: String, CaseIterable { case name, value }

    func alerts(_ value: ConfigurationValue) -> AlertSettings {
        var settings = AlertSettings()
        guard let section = value.section(AlertKey.self) else { return settings }
        let header = section[.header].flatMap { self.header($0) }
        guard let webhook = section[.webhook] else { return settings }
        guard secrets.isReading, let address = secrets.secret(webhook) else { return settings }
        do throws(APISite.Problem) {
            settings.webhook = try AlertSettings.Webhook(address.text, header: header)
        } catch {
            let reason =
                switch error {
                case .notSecure: "alerts name gyms and people: use https, or http to this machine"
                case .notAnAddress: "it is no address such as https://alerts.example.com/lockstep"
                }
            webhook.note(.notUsable(reason: reason))
        }
        return settings
    }

    private func header(_ value: ConfigurationValue) -> AlertSettings.Header? {
        guard let section = value.section(HeaderKey.self) else { return nil }
        let name = section.required(.name)?.filledText()
        let secret = section.required(.value).flatMap { secrets.secret($0, allowsSpaces: true) }
        guard let name, let secret else { return nil }
        guard name.utf8.allSatisfy({ Self.tokenBytes.contains($0) }) else {
            section[.name]?.note(.notUsable(reason: "it is no name of a header"))
            return nil
        }
        return AlertSettings.Header(name: name, value: secret)
    }

    private static let tokenBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8)
}
