package import ConfigurationReading
import EmbeddedHTTP
import FileJournal

/// Connects a gym where no service runs: holds the data directory meanwhile, so that none starts with the old tokens.
package final class LoneConsent: Sendable {
    package struct Refusal: Error { package var sentence: String }

    package let address: String
    /// Why the browser's answer cannot come in here. Nil: it can.
    package let listeningProblem: String?
    private let state: String
    private let gym: GymID
    private let connections: KeapConnections
    private let lock: any OpenFile
    private let server: HTTPServer

    package init(
        _ configuration: Configuration, _ gym: GymID, in surroundings: ServiceEnvironment = .real
    ) throws(Refusal) {
        do throws(FileError) {
            try surroundings.files.createDirectory(configuration.data)
            lock = try surroundings.files.lock(configuration.data + "/LOCK")
        } catch {
            throw Refusal(
                sentence: error.isHeldElsewhere
                    ? "\(configuration.data) is open in another process; where a service runs, name it with --admin URL"
                    : "\(error)")
        }
        connections = KeapConnections(configuration, in: surroundings)
        guard let begun = connections.consents.begin(gym) else {
            lock.close()
            throw Refusal(sentence: "gym \(gym) has no OAuth client")
        }
        (address, state, self.gym) = (begun.address, begun.state, gym)
        let callback = ConsentCallback(connections: connections)
        server = HTTPServer(listen: configuration.listen) { request in
            guard callback.matches(request.path) else { return .response(.error(404, "there is nothing here")) }
            return .response(await callback.answer(request))
        }
        do {
            _ = try server.start()
            listeningProblem = nil
        } catch {
            listeningProblem =
                "\(configuration.listen) cannot be listened on, so the browser's answer does not come in here"
        }
    }

    package var outcome: ConnectionAnswer { connections.consents.answer(to: state, of: gym) }

    package func paste(_ text: String) async -> ConnectionAnswer {
        do throws(KeapConsents.Refusal) {
            let account = try await connections.consents.finish(pasted: text, state: state, of: gym)
            return ConnectionAnswer(gym: gym.description, status: .connected, account: account)
        } catch {
            return ConnectionAnswer(gym: gym.description, status: .refused, problem: error.sentence)
        }
    }

    package func close() async {
        await server.stop(grace: .seconds(1))
        lock.close()
    }
}
