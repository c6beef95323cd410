import Foundation

/// Which seeds a seeded test runs: as many as it is affordable to run every time, or what the environment says.
///
///     LOCKSTEP_SEEDS=100000 swift test --filter …     that many, from 1 on
///     LOCKSTEP_SEED=4711    swift test --filter …     this one alone, to see a failure again
package enum Seeds {
    /// - Parameter usual: how many, if nobody asks for more or fewer.
    package static func chosen(usual: Int) -> ClosedRange<UInt64> {
        chosen(usual: usual, in: ProcessInfo.processInfo.environment)
    }

    package static func chosen(usual: Int, in environment: [String: String]) -> ClosedRange<UInt64> {
        if let one = environment["LOCKSTEP_SEED"].flatMap(UInt64.init) { return one...one }
        let count = environment["LOCKSTEP_SEEDS"].flatMap(UInt64.init) ?? UInt64(usual)
        return 1...max(1, count)
    }

    /// The command that runs one seed of one test again, for its failure to print.
    package static func replay(_ seed: UInt64, _ test: String) -> String {
        "LOCKSTEP_SEED=\(seed) swift test --filter '\(test)'"
    }
}
