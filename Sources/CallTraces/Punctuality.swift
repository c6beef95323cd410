/// When the changes of a trace were complete, beside first come, first served.
package struct Punctuality: Equatable, Sendable {
    /// When each change came, since the beginning of the trace, in that order.
    package var came: [Duration]
    /// How long each took; nil if it was never complete.
    package var took: [Duration?]
    /// How long each would have taken in the order they came, without merging.
    package var expected: [Duration]

    package init(came: [Duration], took: [Duration?], expected: [Duration]) {
        self.came = came
        self.took = took
        self.expected = expected
    }

    /// When one change, two, three and so on were complete, since the beginning of the trace.
    package var completions: [Duration] {
        zip(came, took).compactMap { came, took in took.map { came + $0 } }.sorted()
    }
    package var expectedCompletions: [Duration] { zip(came, expected).map(+).sorted() }

    package var isComplete: Bool { took.allSatisfy { $0 != nil } }
    package var mean: Duration { Self.mean(took.compactMap { $0 }) }
    package var expectedMean: Duration { Self.mean(expected) }
    package var longest: Duration { took.compactMap { $0 }.max() ?? .zero }
    package var expectedLongest: Duration { expected.max() ?? .zero }
    /// How much later than first come, first served the latest change was; less than zero if all were earlier.
    package var latest: Duration {
        zip(took, expected).compactMap { took, expected in took.map { $0 - expected } }.max() ?? .zero
    }

    private static func mean(_ durations: [Duration]) -> Duration {
        durations.isEmpty ? .zero : durations.reduce(.zero, +) / durations.count
    }
}
