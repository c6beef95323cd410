/// Records whose last read failed for a reason that may pass. Says when that begins and when it is over.
struct ReadFailures: Sendable {
    private struct Failure {
        var reason: String
        var at: Int64
    }

    private var failures: [LogAddress: Failure] = [:]

    /// More are not told apart: they have one cause.
    private static let most = 1_024
    /// A job whose record failed is tried again within the longest pause between tries, so an older failure is about
    /// a record that is not wanted any more.
    private static let longestMemory: Int64 = 120_000

    var isWell: Bool { failures.isEmpty }

    mutating func failed(_ address: LogAddress, _ reason: String, at now: Int64) {
        forget(before: now)
        guard failures.count < Self.most || failures[address] != nil else { return }
        failures[address] = Failure(reason: reason, at: now)
    }

    mutating func succeeded(_ address: LogAddress, at now: Int64) {
        guard !failures.isEmpty else { return }
        failures[address] = nil
        forget(before: now)
    }

    /// Of the newest failure, and of how many records; nil if there is none.
    func reason(at now: Int64) -> String? {
        let recent = failures.values.filter { $0.at > now - Self.longestMemory }
        guard let newest = recent.max(by: { $0.at < $1.at }) else { return nil }
        return recent.count == 1 ? newest.reason : "\(newest.reason) (\(recent.count) records)"
    }

    private mutating func forget(before now: Int64) {
        failures = failures.filter { $0.value.at > now - Self.longestMemory }
    }
}
