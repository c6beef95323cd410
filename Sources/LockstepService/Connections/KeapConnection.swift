import Clocks
import ConfigurationReading
import Keap
import OutboundAPI

/// One gym's tokens of an OAuth client, and what keeps and renews them.
struct KeapConnection: Sendable {
    let gym: GymID
    let login: KeapLogin
    let client: OAuthClientConfiguration
    let endpoint: TokenEndpoint
    let file: TokenFile
    let tokens: TokenAuthorizer
}

extension TokenFile {
    /// The file of a configured gym. Nil for one with a key.
    init?(of gym: GymConfiguration, in configuration: Configuration, _ surroundings: ServiceEnvironment) {
        guard gym.keap.site.key == nil, let client = configuration.oauthClient(of: gym) else { return nil }
        self.init(
            files: surroundings.files, directory: Self.directory(in: configuration.data), gym: gym.id,
            clientID: client.clientID, work: surroundings.blockingWork)
    }
}

extension Configuration {
    /// The command that an operator types to connect a gym.
    func connectCommand(for gym: GymID) -> String { "lockstep connect --config \(file ?? "FILE") --gym \(gym)" }

    /// Nil for a gym with a key.
    func oauthClient(of gym: GymConfiguration) -> OAuthClientConfiguration? {
        guard gym.keap.site.key == nil else { return nil }
        return keapClients.first { $0.id == gym.keap.client }?.oauth
    }
}

extension GymConfiguration {
    /// Whether an OAuth client's tokens let its calls in.
    package var hasConnection: Bool { keap.site.key == nil }
}

extension OAuthClient {
    init(_ configuration: OAuthClientConfiguration) {
        self.init(
            id: configuration.clientID, secret: APIKey(configuration.clientSecret.text),
            redirectURI: configuration.redirectURI, authorizeURL: configuration.authorizeURL)
    }
}
