import OutboundAPI

/// How many contacts a tag call may name at present.
///
/// Such calls were seen to take close to a minute. One that gave no clear answer may have been too large, and would be as
/// large again when its callers come back: so the next ones are a quarter of it, down to single contacts, and each
/// full one that succeeds allows twice as many.
struct BatchSize: Equatable, Sendable {
    static let most = APIRequest.largestTagBatch

    private(set) var current = Self.most

    mutating func succeeded(_ count: Int) {
        if count >= current { current = min(current * 2, Self.most) }
    }

    mutating func unclear(_ count: Int) {
        // One contact's call is no batch.
        if count > 1 { current = min(current, max(1, count / 4)) }
    }
}
