import Clocks
import Testing

@testable import DurableQueue

struct CompactionPlanTests {
    @Test func `a checkpoint is due when as much was logged as is asked, and twice what it holds`() {
        var plan = CompactionPlan(logged: 0)
        plan.wrote(999)
        #expect(!plan.isDue(jobs: 0, lanes: 0, every: 1_000))
        plan.wrote(1)
        #expect(plan.isDue(jobs: 0, lanes: 0, every: 1_000))
        #expect(!plan.isDue(jobs: 10, lanes: 10, every: 1_000), "it would hold 1,440 bytes")
        plan.takeSnapshot()
        #expect(!plan.isDue(jobs: 0, lanes: 0, every: 1_000))
    }

    @Test func `after a refusal it is due sooner`() {
        var plan = CompactionPlan(logged: 400)
        #expect(!plan.isDue(jobs: 10, lanes: 10, every: 1 << 20))
        plan.refused()
        #expect(plan.isDue(jobs: 10, lanes: 10, every: 1 << 20))
        plan.takeSnapshot()
        #expect(!plan.isFull)
    }

    @Test func `one runs at a time`() {
        var plan = CompactionPlan(logged: 1_000)
        var began = plan.begin()
        #expect(began)
        began = plan.begin()
        #expect(!began)
        #expect(!plan.isDue(jobs: 0, lanes: 0, every: 1) && !plan.mayMakeRoom(at: Instant()))
        plan.end()
        #expect(plan.isDue(jobs: 0, lanes: 0, every: 1))
        began = plan.begin()
        #expect(began)
    }

    @Test func `one that gained nothing, or failed, is not tried again at once`() {
        var plan = CompactionPlan(logged: 1_000)
        plan.gainedNothing(at: Instant(offset: .seconds(5)))
        #expect(
            !plan.mayMakeRoom(at: Instant(offset: .seconds(5))) && plan.mayMakeRoom(at: Instant(offset: .seconds(6))))
        plan.fail()
        #expect(!plan.isDue(jobs: 0, lanes: 0, every: 1_000))
    }
}
