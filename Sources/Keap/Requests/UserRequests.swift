import OutboundAPI

extension APIRequest {
    /// Of users Keap gives fewer at once than of anything else.
    static let largestUserPage = 100

    static func listUsers(page: String?) -> APIRequest {
        APIRequest(.listUsers, .get, ["v2", "users"], pageQuery(size: largestUserPage, token: page))
    }
}
