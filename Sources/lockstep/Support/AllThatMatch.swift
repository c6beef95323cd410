import Foundation

/// Does one thing with all jobs that match: counts them, asks, and sends one request for those that were counted.
struct AllThatMatch {
    private struct Count: Decodable {
        var count: Int
        var before: String
    }

    /// `Retry` or `Discard`.
    let verb: String
    let path: String
    /// The member of the answer that counts what was done.
    let done: String
    let choice: JobChoice
    let isConfirmed: Bool
    /// Whether it goes on unasked where no terminal can be asked.
    let goesOnUnasked: Bool

    /// A sweep of a hundred thousand takes some seconds; only a service that is gone takes longer than this.
    private static let longest: TimeInterval = 3_600

    /// - Returns: what was done and what could not be; nil if the answer was no.
    func run(through client: AdminClient) async throws -> (done: Int, left: Int)? {
        var parameters = choice.parameters
        if choice["state"] == nil { parameters.append(("state", "dead")) }
        let data = try await client.get("/api/jobs/count", parameters)
        let found = try client.decode(Count.self, from: data)
        guard found.count > 0 else { return (0, 0) }
        if !isConfirmed {
            if Terminal.canAsk {
                guard Terminal.ask("\(verb) \(choice.described(found.count))? [y/N] ") else { return nil }
            } else if !goesOnUnasked {
                throw CommandFailure("\(choice.described(found.count)) match; add --yes to \(verb.lowercased()) them")
            }
        }
        let answer = try await client.post(path, parameters + [("before", found.before)], within: Self.longest)
        let counts = try client.decode([String: Int].self, from: answer)
        return (counts[done] ?? 0, counts["left"] ?? 0)
    }
}
