import Clocks
import ConfigurationReading
import DurableQueue
import EmbeddedHTTP

/// Shows gyms and their budgets, and lets an operator hold them up.
extension AdminRoutes {
    func gymList() async -> HTTPAnswer { Reply.json(200, await gymAnswers()) }

    /// In the order of their ids; also those that only have jobs.
    func gymAnswers() async -> [GymAnswer] {
        var answers: [GymAnswer] = []
        let counts = await queue.counts()
        for gym in gyms.all {
            var answer = await GymAnswer(gym, counts.tenants[gym.id.tenant] ?? TenantCounts())
            answer.chartMogul = await billing[gym.id]?.status()
            answers.append(answer)
        }
        for (tenant, counts) in counts.tenants where gyms[tenant.rawValue] == nil && !counts.jobs.isEmpty {
            answers.append(GymAnswer(absent: tenant, counts))
        }
        return answers.sorted { $0.id < $1.id }
    }

    func budgets() async -> HTTPAnswer {
        let counts = await queue.counts()
        var answers: [BudgetAnswer] = []
        for credential in credentials where !credential.gyms.isEmpty {
            let backlog = await Backlog(of: credential, gyms, counts)
            answers.append(
                BudgetAnswer(credential, await credential.status(), counts, backlog, at: clock.wall.milliseconds))
        }
        return Reply.json(200, answers)
    }

    func pause(_ gym: Gym, _ isPaused: Bool) async throws -> HTTPAnswer {
        let tenant = gym.id.tenant
        if isPaused { try await queue.pause(tenant) } else { try await queue.resume(tenant) }
        return Reply.json(200, ["gym": gym.id.description])
    }

    func pause(_ text: String, of gym: Gym, _ isPaused: Bool) async throws -> HTTPAnswer {
        let tenant = gym.id.tenant
        guard let lane = LaneID(text) else { throw Refusal(404, "there is no lane “\(text)”") }
        if isPaused { try await queue.pause(lane, of: tenant) } else { try await queue.resume(lane, of: tenant) }
        return Reply.json(200, ["gym": gym.id.description, "lane": text])
    }
}
