import ConfigurationReading
import Foundation
import Keap
import OutboundAPI

extension ConfigurationReader {
    /// The part of a client's section by which it is registered with Keap; none of it, or all.
    func oauth(_ section: ConfigurationSection<ClientKey>) -> OAuthClientConfiguration? {
        let given = [ClientKey.clientID, .clientSecret, .redirectURI, .authorizeURL, .tokenURL].compactMap {
            section[$0]
        }
        guard !given.isEmpty else { return nil }
        let id = section.required(.clientID)?.filledText()
        let secret = section.required(.clientSecret).flatMap(secrets.secret)
        let redirect = section.required(.redirectURI).flatMap { address($0) }
        let authorize = section[.authorizeURL].map { address($0) } ?? OAuthClientConfiguration.defaultAuthorizeURL
        let token = section[.tokenURL].map { address($0) } ?? OAuthClientConfiguration.defaultTokenURL
        if let redirect, OAuthClientConfiguration.path(of: redirect).first.map({ ["", "hooks"].contains($0) }) ?? true {
            section[.redirectURI]?.note(
                .notUsable(reason: "it needs a path of its own, such as https://YOUR-HOST/oauth/keap/callback"))
        }
        if let id, id.contains(":") { section[.clientID]?.note(.notUsable(reason: "a client's id has no colon")) }
        guard let (site, path) = Self.endpoint(token ?? OAuthClientConfiguration.defaultTokenURL) else {
            section[.tokenURL]?.note(.notUsable(reason: "it is no address such as https://api.infusionsoft.com/token"))
            return nil
        }
        // With what is missing, the configuration is refused as a whole.
        return OAuthClientConfiguration(
            clientID: id ?? "", clientSecret: secret ?? Secret(""), redirectURI: redirect ?? "",
            authorizeURL: authorize ?? "", tokenSite: site, tokenPath: path)
    }

    /// An address without its path, and the path's parts.
    private static func endpoint(_ address: String) -> (KeapSite, [String])? {
        guard var parts = URLComponents(string: address) else { return nil }
        let path = parts.percentEncodedPath.split(separator: "/").map(String.init)
        parts.percentEncodedPath = ""
        // Not taken where it would be another one than the text says.
        guard let base = parts.string, let site = try? KeapSite(base: base, opener: .connection(of: "")) else {
            return nil
        }
        return (site, path)
    }

    /// Https, or plain http on loopback.
    private func address(_ value: ConfigurationValue) -> String? {
        let site = value.text { text throws(KeapSite.Problem) in try KeapSite(base: text, key: APIKey("")) }
        return site?.base
    }
}

extension OAuthClientConfiguration {
    /// The parts of an address's path, percent-decoded.
    static func path(of address: String) -> [String] {
        let path = URLComponents(string: address)?.percentEncodedPath ?? ""
        return path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { $0.removingPercentEncoding ?? String($0) }
    }

    /// Where a browser comes in on `listen` after its owner's consent.
    var callbackPath: [String] { Self.path(of: redirectURI) }
}
