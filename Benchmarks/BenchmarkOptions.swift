import ConfigurationReading

/// What the command line asks of a benchmark.
struct BenchmarkOptions: Sendable {
    var name = "accepts"
    var asJSON = false
    /// Interleaved rounds, of which the median counts.
    var rounds = 5
    /// What each sync takes longer, as on a slower disk.
    var syncDelay = Duration.zero
    /// What follows the name: a trace, a peer, a count.
    var words: [String] = []

    init(_ arguments: [String]) throws(BenchmarkFailure) {
        var rest = arguments[...]
        var plain: [String] = []
        while let word = rest.popFirst() {
            switch word {
            case "--json": asJSON = true
            case "--rounds":
                guard let rounds = rest.popFirst().flatMap({ Int($0) }), (1...1_000).contains(rounds) else {
                    throw BenchmarkFailure("--rounds takes a number from 1 to 1000")
                }
                self.rounds = rounds
            case "--sync-delay":
                guard let text = rest.popFirst(), text.hasSuffix("ms"), let delay = Double(text.dropLast(2)),
                    (0...1_000).contains(delay)
                else { throw BenchmarkFailure("--sync-delay takes milliseconds, at most a second, such as 1ms") }
                syncDelay = .microseconds(Int(delay * 1_000))
            case let option where option.hasPrefix("-"):
                let nearest = NearestName.of(option, among: ["--json", "--rounds", "--sync-delay", "--help"]) ?? ""
                throw BenchmarkFailure("there is no option “\(option)”; the nearest is “\(nearest)”")
            default: plain.append(word)
            }
        }
        if let first = plain.first { name = first }
        words = Array(plain.dropFirst())
    }
}
