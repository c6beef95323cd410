/// The sender of a request at the admin address, as its head proves it.
struct AdminCaller: Equatable, Sendable {
    enum Role: String, Sendable, CaseIterable {
        /// May look.
        case reader
        /// May look and write.
        case admin
    }

    /// How the role was proved.
    enum Proof: Equatable, Sendable {
        /// No token is set: the address is on loopback.
        case none
        case bearer
        /// A session of the console. Browsers send it along without being asked.
        case cookie
    }

    var role: Role
    var proof: Proof

    /// For the audit.
    var name: String {
        switch (proof, role) {
        case (.none, _): "on this machine"
        case (.bearer, .admin): "admin token"
        case (.bearer, .reader): "read token"
        case (.cookie, .admin): "console, admin"
        case (.cookie, .reader): "console, reader"
        }
    }
}
