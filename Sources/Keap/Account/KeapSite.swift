package import OutboundAPI
import WireFormats

/// Where an account's API lives and what opens it.
package struct KeapSite: Hashable, Sendable {
    package enum Opener: Hashable, Sendable {
        case key(APIKey)
        /// Tokens that an OAuth client was given for this gym.
        case connection(of: String)
    }

    package private(set) var address: APISite
    package let opener: Opener

    /// Scheme, host and path without a slash at the end.
    package var base: String { address.base }

    /// A file of certificate authorities to trust in place of the system's. Makes no other site of it.
    package var authorities: String? {
        get { address.authorities }
        set { address.authorities = newValue }
    }

    /// Nil for a connection, whose tokens come and go.
    package var key: APIKey? {
        guard case .key(let key) = opener else { return nil }
        return key
    }

    package static let defaultBase = "https://api.infusionsoft.com/crm/rest"

    package enum Problem: Error, Equatable, CustomStringConvertible {
        case notAnAddress(String)
        case notSecure(String)

        package var description: String {
            switch self {
            case .notAnAddress(let base): "“\(base)” is not an address such as \(KeapSite.defaultBase)"
            case .notSecure(let base): "“\(base)” would carry the key unprotected: plain http is for loopback only"
            }
        }
    }

    /// - Parameter base: an https address (plain http only for loopback), with neither user, query nor fragment.
    package init(base: String = Self.defaultBase, key: APIKey) throws(Problem) {
        try self.init(base: base, opener: .key(key))
    }

    package init(base: String = Self.defaultBase, opener: Opener) throws(Problem) {
        do throws(APISite.Problem) {
            address = try APISite(base, of: "Keap")
        } catch {
            switch error {
            case .notAnAddress: throw .notAnAddress(base)
            case .notSecure: throw .notSecure(base)
            }
        }
        self.opener = opener
    }

    /// What tells this key, or this gym's connection, at this address from others, without showing it.
    ///
    /// - Parameter hash: keyed, so that the key cannot be guessed from it.
    package func fingerprint(_ hash: (_ text: [UInt8]) -> [UInt8]) -> String {
        let text =
            switch opener {
            case .key(let key): key.authorization
            case .connection(let gym): "connection of \(gym)"
            }
        return Array(hash(Array("\(base)\n\(text)".utf8)).prefix(16)).hexadecimal
    }

    /// Whether it is on this machine, as only simulators and gateways are.
    package var isLoopback: Bool { address.isLoopback }
}
