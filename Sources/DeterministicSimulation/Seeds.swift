import Foundation

/// Which seeds a test of many runs through.
///
/// `LOCKSTEP_SEEDS=100000` runs that many in place of the test's own number, `LOCKSTEP_SEED=7` runs that one alone.
package enum Seeds {
    /// - Parameter shard: of so many tests that share the work, which one asks.
    package static func all(_ usual: UInt64, shard: UInt64 = 0, of shards: UInt64 = 1) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let text = environment["LOCKSTEP_SEED"] { return shard == 0 ? [number(text, "LOCKSTEP_SEED")] : [] }
        let count = environment["LOCKSTEP_SEEDS"].map { number($0, "LOCKSTEP_SEEDS") } ?? usual
        return (0..<count).filter { $0 % shards == shard }
    }

    /// For a test's time limit: a day if the number of seeds is not its own.
    package static func minutes(_ usual: Int) -> Int {
        ProcessInfo.processInfo.environment["LOCKSTEP_SEEDS"] == nil ? usual : 24 * 60
    }

    /// The command that runs one seed of one test again, for its failure to print.
    package static func replay(_ seed: UInt64, _ test: String) -> String {
        "LOCKSTEP_SEED=\(seed) swift test --filter '\(test)'"
    }

    private static func number(_ text: String, _ name: String) -> UInt64 {
        // A typing error must not pass for a run without failures.
        guard let number = UInt64(text) else { preconditionFailure("\(name) is a number, not “\(text)”") }
        return number
    }
}
