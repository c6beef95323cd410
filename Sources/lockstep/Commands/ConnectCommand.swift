import ConfigurationReading
import Foundation
import LockstepService

struct ConnectCommand: Command {
    static let words = ["connect"]
    static let summary = "lets Lockstep into a gym's Keap account, by its owner's consent"
    static let help = """
        Usage: lockstep connect [--config FILE] --gym GYM [--admin URL]

        For a gym whose keap.client is an OAuth client. Prints the address of Keap's consent page. Open it, sign in to the
        gym's Keap account, and allow access. Where redirectURI leads to Lockstep's intake, that is all; else paste the
        address that the browser was sent to (or the code in it) and press return. The tokens are kept under the data
        directory, and a running service uses them at once. Run it again whenever Keap has ended the connection.

        Exit code 1 if the consent is another gym's, or another request's, or did not come within ten minutes.

          --admin URL      where the running service is, if not where FILE says
          --token TOKEN    its admin token, where one is set
        """

    private let config: String
    private let gym: String
    private let admin: AdminClient.Address?

    init(_ arguments: inout Arguments) throws(UsageError) {
        guard let config = try arguments.option("--config") else { throw UsageError("--config FILE is missing") }
        guard let gym = try arguments.option("--gym") else { throw UsageError("--gym GYM is missing") }
        self.config = config
        self.gym = gym
        admin = try AdminClient.Address(admin: &arguments)
    }

    func run() async throws -> ExitCode {
        let configuration = try Configuration.load(config)
        guard let known = configuration.gyms.first(where: { $0.id.description == gym }) else {
            throw CommandFailure("\(config) has no gym “\(gym)”")
        }
        guard known.hasConnection else {
            throw CommandFailure(
                "gym \(gym) calls with a key: there is nothing to connect. For OAuth, see `lockstep help configuration`"
            )
        }
        let consent = try await begin(configuration, known.id)
        Terminal.note("Open this address, sign in to the gym's Keap account and allow access:\n")
        Terminal.print(consent.address)
        Terminal.note(
            "\nThen paste the address that the browser was sent to, unless it already says that the gym is connected:")
        let end = await ConsentWait(consent: consent, gym: gym).end()
        await consent.close()
        switch end.status {
        case .connected:
            Terminal.note("gym \(gym) is connected to the Keap account \(end.account ?? "")")
            return .done
        case .refused: Terminal.complain("not connected: \(end.problem ?? "")")
        case .waiting, .unknown: Terminal.complain("no consent came within ten minutes; run the command again")
        }
        return .failed
    }

    /// Through the service where one runs: two that refresh lose each other's tokens.
    private func begin(_ configuration: Configuration, _ gym: GymID) async throws -> any ConsentDesk {
        guard DataDirectory.examine(configuration.data).isInUse || admin != nil else {
            return try ConsentWithoutService(configuration, gym)
        }
        let address = try admin ?? AdminClient.Address(config: config)
        return try await ConsentOfService(AdminClient(address), gym: gym)
    }
}
