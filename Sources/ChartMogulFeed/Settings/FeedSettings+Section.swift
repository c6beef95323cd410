import ChartMogul
package import ConfigurationReading
package import Connectors
import Foundation
import OutboundAPI

extension FeedSettings: DestinationSettings {
    package static let section = "chartMogul"

    private enum Key: String, CaseIterable {
        case apiKey, dataSource, baseURL, interval, churnAt, timeZone, inactiveWithoutEnd, trialStart, movedContact
        case paidLater, forgiveDays, poll, hookToken, limits
    }

    private enum PollKey: String, CaseIterable { case healthy, failing }
    private enum LimitKey: String, CaseIterable { case perSecond, concurrency }

    package init?(_ value: ConfigurationValue, secrets: SecretSource) {
        guard let section = value.section(Key.self) else { return nil }
        let key = section.required(.apiKey).flatMap(secrets.secret)
        let site = Self.site(section[.baseURL])
        guard let site, let key else { return nil }
        self.init(apiKey: APIKey(key.text), site: site)
        if let name = section[.dataSource]?.filledText() { dataSource = name }
        if let choice = section[.interval]?.choice(Interval.self) { interval = choice }
        if let choice = section[.churnAt]?.choice(ChurnAt.self) { churnAt = choice }
        if let zone = section[.timeZone].flatMap(Self.timeZone) { timeZone = zone }
        if let choice = section[.inactiveWithoutEnd]?.choice(InactiveWithoutEnd.self) { inactiveWithoutEnd = choice }
        if let choice = section[.trialStart]?.choice(TrialStart.self) { trialStart = choice }
        if let choice = section[.movedContact]?.choice(MovedContact.self) { movedContact = choice }
        if let choice = section[.paidLater]?.choice(PaidLater.self) { paidLater = choice }
        if let days = section[.forgiveDays]?.whole(in: 0...3_650) { forgiveDays = Int64(days) }
        if let poll = section[.poll]?.section(PollKey.self) {
            if let seconds = poll[.healthy]?.whole(in: Self.polls) { pollHealthy = seconds }
            if let seconds = poll[.failing]?.whole(in: Self.polls) { pollFailing = seconds }
        }
        if let token = section[.hookToken].flatMap(secrets.secret) { hookToken = APIKey(token.text) }
        if let limits = section[.limits]?.section(LimitKey.self) {
            if let count = limits[.perSecond]?.whole(in: 1...40) { perSecond = count }
            if let count = limits[.concurrency]?.whole(in: 1...20) { concurrency = count }
        }
    }

    private static var polls: ClosedRange<Int> { 1...86_400 }

    private static func site(_ value: ConfigurationValue?) -> APISite? {
        // The default address follows its own rules.
        guard let value else { return try? ChartMogulSite.site() }
        let site = value.text { text throws(APISite.Problem) in
            try ChartMogulSite.site(text)
        } reason: { problem in
            switch problem {
            case .notAnAddress: "this is not an address such as \(ChartMogulSite.defaultBase)"
            case .notSecure: "this would carry the key unprotected: plain http is for loopback only"
            }
        }
        guard let site, site.base.hasSuffix("/v1") else { return site }
        value.note(.notUsable(reason: "the address must end before the version: \(site.base.dropLast(3))"))
        return nil
    }

    private static func timeZone(_ value: ConfigurationValue) -> TimeZone? {
        guard let name = value.filledText() else { return nil }
        if let zone = TimeZone(identifier: name) { return zone }
        value.note(.notUsable(reason: "\"\(name)\" is no time zone such as America/Denver or UTC"))
        return nil
    }
}
