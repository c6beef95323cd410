import ConfigurationReading
import EmbeddedHTTP
import Foundation

/// A gym's connection to its Keap account, as `/api/gyms/GYM/connection` tells it.
package struct ConnectionAnswer: Codable, Sendable {
    package enum Status: String, Codable, Sendable {
        /// For the owner's consent.
        case waiting
        case connected
        /// `problem` says why.
        case refused
        /// Over, or never begun.
        case unknown
    }

    package var gym: String
    package var status: Status
    /// The consent page, for the answer that begins.
    package var address: String?
    /// By which the request is known.
    package var state: String?
    package var account: String?
    package var problem: String?

    package init(
        gym: String, status: Status, address: String? = nil, state: String? = nil, account: String? = nil,
        problem: String? = nil
    ) {
        self.gym = gym
        self.status = status
        self.address = address
        self.state = state
        self.account = account
        self.problem = problem
    }
}

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
