import ConfigurationReading
import EmbeddedHTTP
import Foundation

extension AdminRoutes {
    /// `POST` begins: it answers with the address of the consent page. `GET` with its `state` tells what became of it.
    func connection(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        let name = gym.id.description
        if request.method == "POST" {
            guard let begun = connections.consents.begin(gym.id) else {
                throw Refusal(409, "gym \(name) calls with a key: there is nothing to connect")
            }
            return Reply.json(
                201, ConnectionAnswer(gym: name, status: .waiting, address: begun.address, state: begun.state))
        }
        let state = try QueryParameters(request.query, known: ["state"])["state"] ?? ""
        return Reply.json(200, connections.consents.answer(to: state, of: gym.id))
    }

    /// The address that the browser was sent to, or the code alone, in `{"state": …, "pasted": …}`.
    func connectionCode(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        struct Body: Decodable { var state, pasted: String }
        // Why it cannot be read says no more than this.
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(request.body)) else {
            throw Refusal(400, "send {\"state\": …, \"pasted\": …}")
        }
        do throws(KeapConsents.Refusal) {
            let account = try await connections.consents.finish(pasted: body.pasted, state: body.state, of: gym.id)
            return Reply.json(200, ConnectionAnswer(gym: gym.id.description, status: .connected, account: account))
        } catch {
            throw Refusal(409, error.sentence)
        }
    }
}
