/// How calls of one kind went.
struct CallTally: Hashable, Sendable {
    var successes = 0
    var failures = 0

    static func - (a: Self, b: Self) -> Self {
        CallTally(successes: a.successes - b.successes, failures: a.failures - b.failures)
    }

    /// At least nine of ten since then, and one at least: where one call in ten fails by chance, seven failures in a row
    /// of one subject come once in ten million.
    func goesWell(since earlier: Self) -> Bool {
        let since = self - earlier
        return since.successes > 0 && since.successes >= 9 * since.failures
    }
}
