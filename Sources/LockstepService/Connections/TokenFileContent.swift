import Clocks
import Foundation
import OutboundAPI

/// A file of tokens, as JSON with blanks behind it.
struct TokenFileContent: Equatable {
    var memory: TokenMemory
    var clientID: String

    init(_ memory: TokenMemory, clientID: String) {
        self.memory = memory
        self.clientID = clientID
    }

    private struct Members: Codable {
        var version = 1
        var clientID: String
        var account: String
        var accessToken: String
        var refreshToken: String
        /// Milliseconds since 1970, as all times here.
        var issuedAt: Int64
        var expiresAt: Int64
        var refreshBegunAt: Int64?
        var endedBecause: String?
    }

    /// Nil for what this version cannot read.
    init?(_ bytes: [UInt8]) {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(bytes)),  // why not makes no difference
            members.version == 1, !members.accessToken.isEmpty, !members.refreshToken.isEmpty,
            Self.isTime(members.issuedAt), Self.isTime(members.expiresAt), Self.isTime(members.refreshBegunAt ?? 0)
        else { return nil }
        memory = TokenMemory(
            pair: TokenPair(
                access: APIKey(members.accessToken), refresh: APIKey(members.refreshToken),
                issuedAt: WallTime(milliseconds: members.issuedAt), expiresAt: WallTime(milliseconds: members.expiresAt)
            ),
            account: members.account,
            refreshBegunAt: members.refreshBegunAt.map { WallTime(milliseconds: $0) },
            endedBecause: members.endedBecause)
        clientID = members.clientID
    }

    var bytes: [UInt8] {
        let pair = memory.pair
        let members = Members(
            clientID: clientID, account: memory.account, accessToken: pair.access.text, refreshToken: pair.refresh.text,
            issuedAt: pair.issuedAt.milliseconds, expiresAt: pair.expiresAt.milliseconds,
            refreshBegunAt: memory.refreshBegunAt?.milliseconds, endedBecause: memory.endedBecause)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(members)).map { Array($0) } ?? []  // text and numbers always encode
    }

    /// Within some thousand years, so that reckoning with it cannot overflow.
    private static func isTime(_ milliseconds: Int64) -> Bool { (0...100_000_000_000_000).contains(milliseconds) }
}
