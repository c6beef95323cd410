import DurableQueue
import Testing

@Suite(.timeLimit(.minutes(30))) struct FairnessTests {
    private func oneAtATime() -> QueuePolicy {
        var policy = QueuePolicy()
        policy.lanes = 1
        return policy
    }

    @Test func `a tenant with a thousand ready lanes delays another by one slot`() async throws {
        let bench = try await QueueHarness(policy: oneAtATime())
        for number in 0..<1_000 { _ = try await bench.add("person \(number)") }
        let others = [try await bench.add("ann", of: .other), try await bench.add("bob", of: .other)]
        try await bench.running {
            await bench.expect("all ran") { await bench.queue.counts().done == 1_002 }
        }
        let begun = bench.handler.begun
        #expect(begun.prefix(4).filter(others.contains).count == 2)
    }

    @Test func `unused turns are lent`() async throws {
        let bench = try await QueueHarness(policy: oneAtATime())
        for number in 0..<20 { _ = try await bench.add("person \(number)") }
        try await bench.running { await bench.expect("all ran") { await bench.queue.counts().done == 20 } }
        #expect(bench.handler.begun == (1...20).map { JobID(rawValue: $0) })
    }

    @Test func `live jobs of a tenant go before its bulk ones`() async throws {
        let bench = try await QueueHarness(policy: oneAtATime())
        var bulk: [JobID] = []
        for number in 0..<10 { bulk.append(try await bench.add("person \(number)", urgency: .bulk)) }
        let live = [try await bench.add("ann"), try await bench.add("bob")]
        try await bench.running { await bench.expect("all ran") { await bench.queue.counts().done == 12 } }
        #expect(bench.handler.begun == live + bulk)
    }

    @Test func `a tenant runs no more lanes at once than it may, and all together no more than the total`() async throws
    {
        var policy = QueuePolicy()
        policy.lanesPerTenant = 3
        (policy.lanes, policy.leastLanesPerTenant) = (5, 1)
        let gate = Gate()
        let bench = try await QueueHarness(policy: policy) { _, state, _ in
            await gate.pass()
            return .done(state: state)
        }
        for number in 0..<10 {
            _ = try await bench.add("person \(number)")
            _ = try await bench.add("person \(number)", of: .other)
        }
        try await bench.running {
            await bench.handler.until { $0.count == 5 }
            await bench.settle()
            let tenants = bench.handler.runs.map(\.job.tenant)
            #expect(tenants.count == 5)
            #expect(tenants.filter { $0 == .gym }.count == 3)
            gate.open()
            await bench.expect("all ran") { await bench.queue.counts().done == 20 }
        }
    }

    /// Oban forum 53388: blocked rows hid all other tenants.
    @Test func `thousands of lanes that wait or are paused hide no lane that is ready`() async throws {
        let bench = try await QueueHarness(policy: oneAtATime()) { job, state, _ in
            job.kind == 2 ? .retry(reason: "x", state: state, after: .seconds(60)) : .done(state: state)
        }
        for number in 0..<500 { _ = try await bench.add("waiting \(number)", kind: 2) }
        let paused = TenantID("paused")
        try await bench.queue.pause(paused)
        for number in 0..<500 { _ = try await bench.add("paused \(number)", of: paused) }
        try await bench.running {
            await bench.handler.until { $0.count == 500 }
            let id = try await bench.add("ann", of: .other)
            await bench.expect([id], are: .done)
            #expect(bench.handler.runs.count == 501)
        }
    }

    /// Eight tenants with 530 jobs each filled all places for hours, and a ninth made no call.
    @Test func `tenants whose jobs all wait keep no other from being served, and hold a bounded number of lanes`()
        async throws
    {
        var policy = QueuePolicy()
        (policy.lanesPerTenant, policy.lanes, policy.leastLanesPerTenant) = (16, 64, 2)
        let closed = Gate()
        let bench = try await QueueHarness(policy: policy) { job, state, _ in
            if job.tenant != .gym { await closed.pass() }
            return .done(state: state)
        }
        try await bench.running {
            for tenant in 0..<40 {
                for number in 0..<20 { _ = try await bench.add("\(number)", of: TenantID("stuck \(tenant)")) }
            }
            await bench.expect("each of them has begun") { Set(bench.handler.runs.map(\.job.tenant)).count == 40 }
            var ids: [JobID] = []
            for number in 0..<50 { ids.append(try await bench.add("\(number)")) }
            await bench.expect(ids, are: .done)
            // 64 × (1 + ln 10), and what two of each are more.
            #expect(await bench.queue.counts().lanesRunning < 64 * 4 + 80)
            closed.open()
            await bench.expect("all ran") { await bench.queue.counts().done == 850 }
        }
    }
}
