import DurableQueue

extension AdminRoutes {
    func nowPage(_ times: ConsoleTimes) async -> ConsolePage {
        let counts = await queue.counts()
        let rates = activity.look(.init(at: times.now, accepted: counts.accepted, delivered: counts.done))
        let oldest = counts.tenants.values.compactMap(\.oldestPending).min()
        let dead = counts.tenants.values.reduce(0) { $0 + ($1.jobs[.dead] ?? 0) }
        let problems = await health().problems
        return NowPage(
            gyms: gyms.all.count,
            paused: gyms.all.filter { counts.tenants[$0.id.tenant]?.isPaused ?? false }.map(\.name),
            accepted: rates.accepted, delivered: rates.delivered,
            waiting: counts.tenants.values.reduce(0) { $0 + $1.pending }, oldest: oldest.map { times.now - $0 },
            dead: dead, problems: problems, needs: needs(problems, counts)
        ).page
    }

    private func needs(_ problems: [Health.Problem], _ counts: QueueCounts) -> [NowPage.Need] {
        var needs = problems.enumerated().map { index, problem in
            NowPage.Need(
                key: "problem-\(problem.kind.rawValue)-\(problem.gyms.joined(separator: "-"))",
                tone: problem.kind.closesIntake ? .bad : .wait, word: problem.word, sentence: problem.problem,
                link: problem.gyms.isEmpty ? nil : ConsoleLink(["gyms"]), linkText: "Show the gyms")
        }
        for (tenant, counts) in counts.tenants.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            if let dead = counts.jobs[.dead], dead > 0 {
                let letters = ConsoleNumbers.count(dead, "change", "changes")
                needs.append(
                    .init(
                        key: "dead-\(tenant.rawValue)", tone: .bad, word: "dead letters",
                        sentence:
                            "\(letters) of gym \(tenant.rawValue) could not be delivered: `lockstep jobs --gym \(tenant.rawValue) --state dead` says why."
                    ))
            }
            if !counts.isServed, gyms[tenant.rawValue] == nil, counts.pending > 0 {
                needs.append(
                    .init(
                        key: "absent-\(tenant.rawValue)", tone: .off, word: "not configured",
                        sentence: "Gym \(tenant.rawValue) is not in the configuration, and "
                            + ConsoleNumbers.count(counts.pending, "change of it waits.", "changes of it wait.")))
            }
        }
        return needs
    }
}
