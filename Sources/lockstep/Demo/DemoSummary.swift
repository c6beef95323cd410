import Foundation
import Synchronization

/// The demo's result, compared with the model.
struct DemoSummary {
    var accepted: Int
    var delivered: Int
    var dead: Int
    var deadExpected: Int
    var calls: Int
    var overruns: Int
    var overlaps: Int
    var orderViolations: Int
    var duplicates: Int
    var seconds: Double
    var problems: [String]
    var bills = DemoBillsOutcome()

    var isGood: Bool {
        problems.isEmpty && bills.isGood && delivered + dead == accepted && dead == deadExpected && overruns == 0
            && overlaps == 0
            && orderViolations == 0 && duplicates == 0
    }

    private var callsPerChange: Double { Double(calls) / Double(max(1, accepted)) }

    var text: String {
        let rows: [(String, String)] =
            [
                ("accepted", "\(accepted) changes"), ("delivered", "\(delivered)"),
                ("dead letters", "\(dead) (\(deadExpected) expected, of the one person whom Keap refuses)"),
                ("Keap calls", "\(calls), \(String(format: "%.2f", callsPerChange)) a change"),
                ("over a limit", "\(overruns)"), ("two requests for one contact", "\(overlaps)"),
                ("out of order", "\(orderViolations)"), ("duplicate contacts", "\(duplicates)"),
            ] + bills.rows + [
                ("time", "\(String(format: "%.1f", seconds)) s")
            ]
        let width = rows.map(\.0.count).max() ?? 0
        let table = rows.map { "  \($0.0.padding(toLength: width, withPad: " ", startingAt: 0))  \($0.1)" }
        let shown = (problems + bills.problems).prefix(20).map { "  \($0)" }
        let verdict =
            isGood
            ? "Keap and ChartMogul have exactly what the model says."
            : "NOT as the model says:\n" + shown.joined(separator: "\n")
        return (table + [verdict]).joined(separator: "\n")
    }

    var json: String {
        let object: [String: Any] = [
            "accepted": accepted, "delivered": delivered, "deadLetters": dead, "keapCalls": calls,
            "callsPerChange": callsPerChange, "overruns": overruns, "overlaps": overlaps,
            "orderViolations": orderViolations, "duplicates": duplicates, "seconds": seconds, "ok": isGood,
            "problems": problems + bills.problems,
            "chartMogul": [
                "subscriptions": bills.found, "live": bills.live, "monthly": bills.monthly,
                "monthlyExpected": bills.monthlyExpected, "calls": bills.calls, "faults": bills.faults,
            ],
        ]
        // Numbers, texts and lists of them.
        let data = try! JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .prettyPrinted])
        return String(decoding: data, as: UTF8.self)
    }
}

/// A counter shared by several tasks.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func increment() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
