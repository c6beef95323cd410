import EmbeddedHTTP
import Foundation
import LockstepService
import OutboundAPI

/// The bills of the gym that has some: first its past, then a payment that comes late.
extension DemoShow {
    /// Brings the past to ChartMogul, as `lockstep chartmogul backfill` does.
    func bringPast() async throws {
        try await ask("POST")
        try await settle("the past of \(DemoBills.gym)'s bills") { $0.state == "done" && $0.waiting == 0 }
        Terminal.note("ChartMogul            has the past of \(DemoBills.gym): \(bills.late.name) had left, unpaid")
    }

    /// The late one pays, and Keap tells.
    func payLate() async throws {
        try bills.payLate(keap)
        for body in bills.hooks {
            try await post(
                ["hooks", DemoBills.gym, "keap", DemoBills.hookToken], "application/json", body, expecting: 200)
        }
        try await settle("\(bills.late.name)'s payment") { $0.waiting == 0 }
    }

    private struct Progress: Decodable {
        var state: String
        var waiting: Int
    }

    @discardableResult
    private func ask(_ method: String) async throws -> Progress {
        let path = ["api", "gyms", DemoBills.gym, "chartmogul", "backfill"]
        let answer = await service.answer(operator: HTTPRequest(method: method, path: path))
        guard case .response(let response) = answer,
            let progress = try? JSONDecoder().decode(Progress.self, from: Data(response.body))  // told below
        else { throw CommandFailure("the service does not tell of the bills of \(DemoBills.gym)") }
        return progress
    }

    private func settle(_ what: String, until isDone: (Progress) -> Bool) async throws {
        let start = ContinuousClock.now
        while !isDone(try await ask("GET")) {
            Terminal.progress("ChartMogul is told \(what)")
            guard ContinuousClock.now - start < .seconds(60) else {
                throw CommandFailure("\(what) did not reach ChartMogul within a minute")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
