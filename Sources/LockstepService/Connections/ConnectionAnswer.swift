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
