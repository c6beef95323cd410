import Foundation
import CallTraces

/// Keap calls a change, for stretches of time in the life of gyms, in virtual time: what a naive connector spends, what
/// Lockstep spends, and the least that any connector needs.
struct TracesBenchmark {
    private let options: BenchmarkOptions

    init(_ options: BenchmarkOptions) { self.options = options }

    func run() throws {
        var table = ResultTable([
            "trace", "messages", "naive", "ours", "least", "ours each", "naive / ours", "ours / least",
            "used of limit %", "overruns", "delivered in s",
        ])
        for trace in [
            Traces.quietDay(), Traces.firstOfMonth(), Traces.firstImport(), Traces.flapping(), Traces.programDeleted(),
            Traces.chain(), Traces.newPeople(), Traces.newPeople(programs: 1, statuses: 1),
            Traces.memberAfterCrowd(), Traces.mixedCrowd(),
        ] where options.words.first.map({ trace.name.contains($0) }) ?? true {
            let start = ContinuousClock.now
            let result = try TraceRun(trace).result()
            table.add(row(trace, result))
            table.note(
                "\(trace.name): \(trace.summary); \(Int((ContinuousClock.now - start).seconds)) s of this machine")
            if let used = result.utilisation {
                table.note(
                    String(
                        format: "  %.1f %% of the %@'s limit was used, which is %.1f %% of what can be used safely",
                        used.share * 100, used.window, used.shareOfSafe * 100))
            }
            if let waits = waits(result) { table.note(waits) }
            if let punctuality = result.punctuality { table.note(row(punctuality)) }
            for (endpoint, count) in result.endpoints.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(8)
            {
                table.note("    \(count)  \(endpoint)")
            }
            let wrong = (result.wrong + result.disorders).prefix(5).joined(separator: "; ")
            try require(result.isRight, "the trace “\(trace.name)” did not end as it should: \(wrong)")
        }
        table.show(options)
    }

    /// How long the changes of gyms that share a budget took, beside the one that floods it.
    private func waits(_ result: TraceResult) -> String? {
        guard result.waits.count > 1 else { return nil }
        let others = result.waits.dropFirst().joined().map(\.seconds).sorted()
        guard let longest = others.last else { return nil }
        return String(
            format: "  single changes of the other gyms: median %.2f s, longest %.2f s until their new tag was on",
            others[others.count / 2], longest)
    }

    private func row(_ punctuality: Punctuality) -> String {
        String(
            format:
                "  until a change of tags was in Keap: mean %.1f s, longest %.1f s; first come, first served without "
                + "merging: %.1f s, %.1f s; the latest change was %.1f s after its time there",
            punctuality.mean.seconds, punctuality.longest.seconds, punctuality.expectedMean.seconds,
            punctuality.expectedLongest.seconds, punctuality.latest.seconds)
    }

    private func row(_ trace: Trace, _ result: TraceResult) -> [ResultTable.Value] {
        let least = trace.name == "quiet day" ? result.least.oneByOne : result.least.merged
        func whole(_ number: Int) -> ResultTable.Value { .number(Double(number), digits: 0) }
        return [
            .text(trace.name), whole(result.messages), whole(result.naiveCalls), whole(result.calls), whole(least),
            .number(Double(result.calls) / Double(result.messages), digits: 2),
            .number(Double(result.naiveCalls) / Double(max(1, result.calls)), digits: 1),
            .number(Double(result.calls) / Double(max(1, least)), digits: 2),
            result.utilisation.map { .number($0.share * 100, digits: 1) } ?? .missing, whole(result.overruns),
            .number(result.delivered.seconds, digits: 0),
        ]
    }
}
