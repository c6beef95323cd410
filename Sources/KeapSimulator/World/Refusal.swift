/// A request that the simulated Keap does not fulfil, worded as it will be answered.
package struct Refusal: Error, Equatable {
    package var status: Int
    package var message: String
    /// The subject of the refusal, for v2's `details`.
    var resource: String?

    static func bad(_ message: String, about resource: String? = nil) -> Refusal {
        Refusal(status: 400, message: message, resource: resource)
    }

    static func unknown(_ what: String, _ id: Int) -> Refusal {
        Refusal(status: 404, message: "\(what) with id \(id) was not found", resource: what)
    }

    func answer(in version: APIVersion) -> SimAnswer {
        switch version {
        case .v1: SimAnswer(status: status, ["message": .string(message)])
        case .v2:
            SimAnswer(
                status: status,
                [
                    "code": .integer(status), "message": .string(message), "status": .string(statusWord),
                    "details": resource.map { [["domain": "contact-service", "resource": .string($0)]] } ?? [],
                ])
        }
    }

    private var statusWord: String {
        switch status {
        case 400: "INVALID_ARGUMENT"
        case 404: "NOT_FOUND"
        case 405: "METHOD_NOT_ALLOWED"
        case 409: "ALREADY_EXISTS"
        default: "INTERNAL"
        }
    }
}

/// Answers of the gateway before Keap, which has shapes of its own.
enum Gateway {
    static func unauthorized(tokenGiven: Bool) -> SimAnswer {
        let code = tokenGiven ? "keymanagement.service.invalid_access_token" : "oauth.v2.InvalidAccessToken"
        return SimAnswer(
            status: 401,
            ["fault": ["faultstring": "Invalid Access Token", "detail": ["errorcode": .string(code)]]])
    }

    static let expired = SimAnswer(
        status: 401,
        [
            "fault": [
                "faultstring": "Access Token expired",
                "detail": ["errorcode": "keymanagement.service.access_token_expired"],
            ]
        ])

    /// `code` is a string here, although the documented error has a number.
    static let throttled = SimAnswer(
        status: 429,
        ["code": "429", "message": "Quota Exceeded", "status": "Request Throttled", "details": .null])
}
