/// Why a benchmark has no result; ends it with this sentence.
struct BenchmarkFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Throws this sentence if a result is not what it must be.
func require(_ condition: Bool, _ sentence: @autoclosure () -> String) throws(BenchmarkFailure) {
    if !condition { throw BenchmarkFailure(sentence()) }
}
