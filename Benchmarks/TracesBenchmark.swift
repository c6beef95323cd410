import Foundation
import CallTraces

/// Keap calls a change, for stretches of time in the life of gyms, in virtual time: what a naive connector spends, what
/// Lockstep spends, and the least that any connector needs.
struct TracesBenchmark {
    private let chosen: String?

    init(_ chosen: String?) { self.chosen = chosen }

    func run() throws {
        print(
            "trace               messages   naive    ours   least  ours/msg  naive/ours  ours/least  used of limit"
                + "   overruns  delivered in")
        for trace in [
            Traces.quietDay(), Traces.firstOfMonth(), Traces.firstImport(), Traces.flapping(), Traces.programDeleted(),
            Traces.chain(), Traces.newPeople(), Traces.newPeople(programs: 1, statuses: 1),
            Traces.memberAfterCrowd(), Traces.mixedCrowd(),
        ] where chosen == nil || trace.name.contains(chosen!) {
            let start = ContinuousClock.now
            let result = try TraceRun(trace).result()
            print(row(trace, result))
            print("  \(trace.summary); \(Int((ContinuousClock.now - start).seconds)) s of this machine")
            if let used = result.utilisation {
                print(
                    String(
                        format: "  %.1f %% of the %@'s limit was used, which is %.1f %% of what can be used safely",
                        used.share * 100, used.window, used.shareOfSafe * 100))
            }
            if let waits = waits(result) { print(waits) }
            if let punctuality = result.punctuality { print(row(punctuality)) }
            for (endpoint, count) in result.endpoints.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(8)
            {
                print("    \(count)  \(endpoint)")
            }
            for sentence in (result.wrong + result.disorders).prefix(5) { print("  WRONG: \(sentence)") }
            precondition(result.isRight, "the trace “\(trace.name)” did not end as it should: \(result)")
        }
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

    private func row(_ trace: Trace, _ result: TraceResult) -> String {
        let least = trace.name == "quiet day" ? result.least.oneByOne : result.least.merged
        let used = result.utilisation.map { String(format: "%.1f %% (%@)", $0.share * 100, $0.window) } ?? "idle"
        return String(
            format: "%@ %8d %7d %7d %7d %9.2f %11.1f %11.2f  %@ %8d  %@",
            trace.name.padding(toLength: 19, withPad: " ", startingAt: 0), result.messages, result.naiveCalls,
            result.calls, least, Double(result.calls) / Double(result.messages),
            Double(result.naiveCalls) / Double(max(1, result.calls)), Double(result.calls) / Double(max(1, least)),
            used.padding(toLength: 16, withPad: " ", startingAt: 0), result.overruns,
            result.delivered.formatted(.units(allowed: [.hours, .minutes, .seconds], width: .narrow)))
    }
}
