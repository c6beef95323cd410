import ConfigurationReading
import Keap
import OutboundAPI
import RateLimits

extension ConfigurationReader {
    private enum KeapKeyword: String, CaseIterable {
        case baseURL, key, account, client, limits, pacing, weight, timeout, concurrency, caFile, oauth
    }

    private enum LimitKey: String, CaseIterable { case perSecond, perMinute, perDay }
    enum ClientKey: String, CaseIterable {
        case id, clientID, clientSecret, redirectURI, authorizeURL, tokenURL, limits, pacing
    }
    private enum PacingKey: String, CaseIterable { case reserve, burst }

    static var defaultConcurrency: Int { CallSettings().concurrency }

    func keap(_ value: ConfigurationValue, of gym: GymID?, _ sharing: inout KeapSharing) -> KeapConfiguration? {
        guard let section = value.section(KeapKeyword.self) else { return nil }
        let timeout = section[.timeout]?.seconds(in: 1...600)
        let concurrency = section[.concurrency]?.whole(in: 1...64) ?? Self.defaultConcurrency
        let weight = section[.weight]?.whole(in: 1...1_000) ?? 1
        let client = section[.client].flatMap { self.client($0, among: sharing.clients.map(\.id)) }
        let limits = section[.limits].map(ceiling) ?? CallLimits()
        let pacing = section[.pacing].flatMap(self.pacing) ?? .standard
        if section[.client] != nil {
            for key in [KeapKeyword.limits, .pacing] {
                section[key]?.note(.notUsable(reason: "the budget is the client's; set this in keapClients"))
            }
        }
        if let oauth = section[.oauth] {
            oauth.note(.notUsable(reason: "an OAuth client is an entry of keapClients, which client names"))
        }
        let hasClient = sharing.clients.contains { $0.id == client && $0.oauth != nil }
        var opener: KeapSite.Opener?
        if section[.key] == nil, hasClient {
            opener = .connection(of: gym?.description ?? value.path)
        } else if section[.oauth] == nil {
            opener = section.required(.key).flatMap(secrets.secret).map { .key(APIKey($0.text)) }
        }
        var site = site(section[.baseURL], opener ?? .key(APIKey("")))
        site?.authorities = section[.caFile].flatMap(authorities)
        let account = section[.account].flatMap { self.account($0, of: site) }
        guard opener != nil, let site else { return nil }
        let login = sharing.login(of: site, for: gym)
        let user = KeapSharing.User(
            path: value.path, client: client, account: account, authorities: site.authorities)
        if let other = sharing.users.updateValue(user, forKey: site) {
            check(user, section[.client] ?? value, with: other, have: "Keap key")
            if user.authorities != other.authorities {
                (section[.caFile] ?? value).note(
                    .notUsable(reason: "the key is also in \(other.path), which has another caFile"))
            }
            if let account, let known = other.account, account != known {
                section[.account]?.note(.notUsable(reason: "the key is also in \(other.path), for account \(known)"))
            }
        }
        if let account, let other = sharing.accounts.updateValue((site, user), forKey: account), other.site != site {
            check(user, section[.client] ?? value, with: other.user, have: "Keap account")
        }
        return KeapConfiguration(
            site: site, login: login, account: account, ceiling: limits, timeout: timeout, concurrency: concurrency,
            pacing: pacing, weight: weight, client: client,
            clientMark: hasClient && section[.key] == nil ? sharing.mark(of: client) : [])
    }

    /// Two gyms have something in common, by which Keap counts their calls together.
    private func check(
        _ user: KeapSharing.User, _ place: ConfigurationValue, with other: KeapSharing.User, have what: String
    ) {
        notes.remark(user.path, "the same \(what) as in \(other.path); these gyms share its limits and contacts.")
        if other.client != user.client {
            place.note(.notUsable(reason: "the same \(what) as in \(other.path), which has another client"))
        }
    }

    private func account(_ value: ConfigurationValue, of site: KeapSite?) -> KeapAccountID? {
        guard let text = value.filledText(), let site else { return nil }
        if let account = KeapAccountID(base: site.base, tenant: text) { return account }
        value.note(.notUsable(reason: "\"\(text)\" is no name of a Keap account, such as ab103.infusionsoft.com"))
        return nil
    }

    func keapClients(_ value: ConfigurationValue) -> [KeapClientConfiguration] {
        var seen: [String: String] = [:]
        return (value.list() ?? []).compactMap { entry in
            guard let section = entry.section(ClientKey.self) else { return nil }
            let id = section.required(.id).flatMap(slug)
            let ceiling = section[.limits].map(ceiling) ?? CallLimits()
            let pacing = section[.pacing].flatMap(self.pacing) ?? .standard
            let oauth = oauth(section)
            guard let id else { return nil }
            if let other = seen.updateValue(entry.path, forKey: id) {
                entry.note(.notUsable(reason: "the id \"\(id)\" is also that of \(other)"))
            }
            return KeapClientConfiguration(id: id, ceiling: ceiling, pacing: pacing, oauth: oauth)
        }
    }

    private func client(_ value: ConfigurationValue, among known: [String]) -> String? {
        guard let text = value.filledText() else { return nil }
        if known.contains(text) { return text }
        let nearest = NearestName.of(text, among: known)
        value.note(
            .notUsable(
                reason: "keapClients has no \"\(text)\""
                    + (nearest.map { "; the nearest is \"\($0)\"" } ?? ", for there is none")))
        return nil
    }

    /// It is shown, and names a note, as a gym's id is and does.
    private func slug(_ value: ConfigurationValue) -> String? {
        guard let text = value.text() else { return nil }
        guard let id = GymID(text) else {
            value.note(.notASlug)
            return nil
        }
        return id.description
    }

    /// `"off"`, or shares in percent.
    private func pacing(_ value: ConfigurationValue) -> DayPacing? {
        if case .text(let text) = value.node.content {
            if text == "off" { return .off }
            value.note(.notUsable(reason: "\"\(text)\" is neither \"off\" nor an object with reserve and burst"))
            return nil
        }
        guard let section = value.section(PacingKey.self) else { return nil }
        let reserve = section[.reserve]?.whole(in: 0...100)
        let burst = section[.burst]?.whole(in: 0...100)
        return DayPacing(
            reserve: reserve ?? DayPacing.standard.reserve, burst: burst ?? DayPacing.standard.burst)
    }

    private func site(_ baseURL: ConfigurationValue?, _ opener: KeapSite.Opener) -> KeapSite? {
        // The default address follows its own rules.
        guard let baseURL else { return try! KeapSite(opener: opener) }
        let site = baseURL.text { base throws(KeapSite.Problem) in try KeapSite(base: base, opener: opener) }
        if let base = site?.base, base.hasSuffix("/v1") || base.hasSuffix("/v2") {
            baseURL.note(.notUsable(reason: "the address must end before the version: \(base.dropLast(3))"))
        }
        return site
    }

    /// The path, if certificates are there.
    private func authorities(_ value: ConfigurationValue) -> String? {
        guard let path = value.filledText(), secrets.isReading else { return nil }
        do throws(FileProblem) {
            let text = String(decoding: try secrets.readFile(path), as: UTF8.self)
            if text.contains("-----BEGIN ") { return path }
            value.note(.notUsable(reason: "\(path) holds no certificate in PEM form"))
        } catch {
            value.note(.notUsable(reason: "the file \(path) \(error.reason)"))
        }
        return nil
    }

    private func ceiling(_ value: ConfigurationValue) -> CallLimits {
        guard let section = value.section(LimitKey.self) else { return CallLimits() }
        func limit(_ key: LimitKey) -> Int? { section[key]?.whole(in: 1...1_000_000_000) }
        return CallLimits(perSecond: limit(.perSecond), perMinute: limit(.perMinute), perDay: limit(.perDay))
    }
}

/// What gyms have in common, as far as the file was read.
struct KeapSharing {
    struct User {
        var path: String
        var client: String?
        var account: KeapAccountID?
        var authorities: String?
    }

    var clients: [KeapClientConfiguration]
    /// Who uses a key on a site; of several the last.
    var users: [KeapSite: User] = [:]
    /// The login of each key: the first gym's of those that have it.
    var logins: [KeapSite: KeapLogin] = [:]
    /// Who names an account, and with which key; of several the last.
    var accounts: [KeapAccountID: (site: KeapSite, user: User)] = [:]

    /// Tells the settings of an OAuth client from others.
    func mark(of client: String?) -> [UInt8] {
        guard let oauth = clients.first(where: { $0.id == client })?.oauth else { return [] }
        let parts = [
            oauth.clientID, oauth.clientSecret.text, oauth.redirectURI, oauth.authorizeURL, oauth.tokenSite.base,
        ]
        return Array((parts + oauth.tokenPath).joined(separator: "\n").utf8)
    }

    /// - Parameter gym: nil if its id cannot be used, so that the configuration will be refused.
    mutating func login(of site: KeapSite, for gym: GymID?) -> KeapLogin {
        if let known = logins[site] { return known }
        let login = KeapLogin(base: site.base, gym: gym?.description ?? "")
        logins[site] = login
        return login
    }
}
