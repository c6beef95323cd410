import Foundation

/// What ChartMogul came to hold of the demo's bills, beside what it must.
struct DemoBillsOutcome {
    var expected = 0
    var found = 0
    var live = 0
    /// Recurring revenue, in cents.
    var monthly = 0
    var monthlyExpected = 0
    var calls = 0
    /// Things that ChartMogul was asked to make a second time, two requests for one thing at once, and calls beyond a limit.
    var faults = 0
    var late = ""
    var problems: [String] = []

    var isGood: Bool { problems.isEmpty && found == expected && monthly == monthlyExpected && faults == 0 }

    mutating func note(audit: String) {
        let object = try? JSONSerialization.jsonObject(with: Data(audit.utf8)) as? [String: Any]  // none is a fault
        guard let object, let accounts = object["accounts"] as? [String: [String: Any]] else {
            problems.append("the simulated ChartMogul has no audit")
            return
        }
        calls = object["requests"] as? Int ?? 0
        faults = object["overlaps"] as? Int ?? 0
        for account in accounts.values {
            faults += (account["refusedRepeats"] as? [String: Int] ?? [:]).values.reduce(0, +)
            faults += (account["overRate"] as? Int ?? 0) + (account["overAtOnce"] as? Int ?? 0)
            for list in ["overlappingPeriods", "subscriptionsOfTwoCustomers", "eventsWithoutEffect"] {
                faults += (account[list] as? [Any])?.count ?? 0
            }
        }
    }

    var rows: [(String, String)] {
        func money(_ cents: Int) -> String { String(format: "%.2f USD", Double(cents) / 100) }
        return [
            ("subscriptions in ChartMogul", "\(found) of \(expected), \(live) of them live"),
            ("recurring revenue", "\(money(monthly)) a month, \(money(monthlyExpected)) by the model"),
            ("paid after the end", "\(late) had left for want of payment, and is back"),
            ("ChartMogul calls", "\(calls), \(faults) of them twice or beyond a limit"),
        ]
    }
}
