/// What a call's failure may be specific to, if calls of the same kind go well for others.
package enum FailureScope: Hashable, Sendable {
    /// The one record that the call names, by its ID.
    case record(String)
    /// A request that names no record, such as a search for a person or one's creation.
    case request(Int)
    /// All calls of a change, by its lane.
    case lane(UInt64)

    package static func request(of request: APIRequest) -> FailureScope {
        var hasher = Hasher()
        hasher.combine(request.target)
        hasher.combine(request.body)
        return .request(hasher.finalize())
    }
}
