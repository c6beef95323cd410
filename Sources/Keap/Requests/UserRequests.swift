extension KeapRequest {
    /// Of users Keap gives fewer at once than of anything else.
    static let largestUserPage = 100

    static func listUsers(page: String?) -> KeapRequest {
        KeapRequest(.listUsers, .get, ["v2", "users"], pageQuery(size: largestUserPage, token: page))
    }
}
