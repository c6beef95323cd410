import Keap
import LockstepLimits

extension ConfigurationReader {
    private enum KeapKeyword: String, CaseIterable {
        case baseURL, key, limits, timeout, concurrency, oauth
    }

    private enum LimitKey: String, CaseIterable { case perSecond, perMinute, perDay }

    static var defaultConcurrency: Int { 8 }

    func keap(_ value: ConfigurationValue, accounts: inout [KeapSite: String]) -> KeapConfiguration? {
        guard let section = value.section(KeapKeyword.self) else { return nil }
        let limits = section[.limits].map(ceiling) ?? CallLimits()
        let timeout = section[.timeout]?.seconds(in: 1...600)
        let concurrency = section[.concurrency]?.whole(in: 1...64) ?? Self.defaultConcurrency
        if let oauth = section[.oauth] {
            oauth.note(.notSupportedYet(instead: "set key to a personal access token or a service account key"))
        }
        let key = section[.oauth] == nil ? section.required(.key).flatMap(secrets.secret) : nil
        let site = site(section[.baseURL], key: key ?? Secret(""))
        guard key != nil, let site else { return nil }
        if let other = accounts.updateValue(value.path, forKey: site) {
            notes.remark(value.path, "the same Keap key as in \(other); these gyms share its limits and contacts.")
        }
        return KeapConfiguration(site: site, ceiling: limits, timeout: timeout, concurrency: concurrency)
    }

    private func site(_ baseURL: ConfigurationValue?, key: Secret) -> KeapSite? {
        let key = KeapKey(key.text)
        // The default address follows its own rules.
        guard let baseURL else { return try! KeapSite(key: key) }
        let site = baseURL.text { base throws(KeapSite.Problem) in try KeapSite(base: base, key: key) }
        if let base = site?.base, base.hasSuffix("/v1") || base.hasSuffix("/v2") {
            baseURL.note(.notUsable(reason: "the address must end before the version: \(base.dropLast(3))"))
        }
        return site
    }

    private func ceiling(_ value: ConfigurationValue) -> CallLimits {
        guard let section = value.section(LimitKey.self) else { return CallLimits() }
        func limit(_ key: LimitKey) -> Int? { section[key]?.whole(in: 1...1_000_000_000) }
        return CallLimits(perSecond: limit(.perSecond), perMinute: limit(.perMinute), perDay: limit(.perDay))
    }
}
