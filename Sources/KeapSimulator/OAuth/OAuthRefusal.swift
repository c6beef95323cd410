/// A request that the token endpoint does not fulfil, in OAuth's words.
struct OAuthRefusal: Error, Equatable {
    var status = 400
    var error: String
    var description: String

    static let refreshToken = OAuthRefusal(error: "invalid_grant", description: "Invalid refresh token")
    static let code = OAuthRefusal(error: "invalid_grant", description: "Invalid authorization code")
    static let client = OAuthRefusal(
        status: 401, error: "invalid_client", description: "Client credentials are invalid")

    static func request(_ description: String) -> OAuthRefusal {
        OAuthRefusal(error: "invalid_request", description: description)
    }

    var answer: SimAnswer {
        SimAnswer(status: status, ["error": .string(error), "error_description": .string(description)])
    }
}
