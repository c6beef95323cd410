import Foundation

/// What the command line asks of a benchmark.
struct BenchmarkOptions: Sendable {
    var name = "accepts"
    var asJSON = false
    /// Interleaved rounds, of which the median counts.
    var rounds = 5
    /// What each sync takes longer, as on a slower disk.
    var syncDelay = Duration.zero
    /// What follows the name: a trace, a port, a count.
    var words: [String] = []

    static let usage = """
        swift run -c release LockstepBenchmarks [NAME] [--json] [--rounds N] [--sync-delay 1ms]
          accepts     durable 202s a second over HTTP           (heeds --sync-delay)
          enqueue     durable jobs a second in process          (heeds --sync-delay)
          cycle       jobs a second, accepted, run and done     (heeds --sync-delay)
          memory      bytes of a job, a lane and a contact; memory JOBS LANES: so many pending jobs, and their recovery
          recovery    time to start with a million jobs
          traces      Keap calls a change; traces NAME: one of them
          calls       what calls cost the process that makes them
        """

    init?(_ arguments: [String]) {
        var rest = arguments[...]
        var plain: [String] = []
        while let word = rest.popFirst() {
            switch word {
            case "--json": asJSON = true
            case "--rounds":
                guard let rounds = rest.popFirst().flatMap({ Int($0) }), rounds > 0 else { return nil }
                self.rounds = rounds
            case "--sync-delay":
                guard let text = rest.popFirst(), text.hasSuffix("ms"), let delay = Double(text.dropLast(2)), delay >= 0
                else { return nil }
                syncDelay = .microseconds(Int(delay * 1_000))
            case let option where option.hasPrefix("--"): return nil
            default: plain.append(word)
            }
        }
        if let first = plain.first { name = first }
        words = Array(plain.dropFirst())
    }
}
