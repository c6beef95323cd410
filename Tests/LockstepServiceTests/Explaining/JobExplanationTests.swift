import DurableQueue
import Testing

@testable import LockstepService

/// What an operator reads when a job waits.
struct JobExplanationTests {
    private let now: Int64 = 1_700_000_000_000

    private func story(_ why: Explanation, _ obstacle: WaitReason? = nil) -> JobExplanation {
        JobExplanation(why, gym: "downtown", obstacle: obstacle, now: now)
    }

    private static let job = JobID(rawValue: 12)
    private static let busy = WaitReason(sentence: "Keap is busy.", lasts: .seconds(7))

    @Test(arguments: [
        (Explanation.done(at: 1_699_999_995_000, reason: nil), "done", "It was done, 5 s ago."),
        (
            .done(at: 1_699_999_400_000, reason: "done together with job 9"), "done",
            "done together with job 9, 10 min ago"
        ),
        (.superseded(at: 1_699_999_999_000), "superseded", "A newer message about the same person was delivered first"),
        (.dead(at: 1_699_992_000_000, reason: "Keap refused it"), "dead", "dead letter, 2 h ago: Keap refused it"),
        (.running(since: 1_699_999_997_000, attempt: 2, batchSize: 1), "running", "running for 3 s, try 2."),
        (.running(since: 1_700_000_000_000, attempt: 1, batchSize: 3), "running", "3 jobs of its lane in one"),
        (
            .waitingToBegin(since: 1_699_999_997_000, batchSize: 1, reason: nil), "waiting to begin",
            "waiting for its turn at Keap for 3 s; no call was made for it yet."
        ),
        (
            .waitingToBegin(since: 1_699_999_997_000, batchSize: 3, reason: "an address"), "waiting to begin",
            "waiting for an address for 3 s; no call was made for it yet, nor for the 2 that go with it."
        ),
        (.tenantNotServed, "gym not configured", "Gym downtown is not in the configuration"),
        (.stopping, "stopping", "The service is stopping"), (.failed(reason: "EIO"), "failed", "(EIO)"),
        (.tenantPaused, "gym paused", "lockstep resume --gym downtown"),
        (.lanePaused, "lane paused", "Its lane is paused"),
        (.parked(by: [job]), "parked", "until job 12, a dead letter, is retried or discarded"),
        (.parked(by: [job, JobID(rawValue: 14)]), "parked", "until the dead letters 12, 14 are retried or discarded"),
        (.waiting(until: 1_700_000_004_000, attempts: 1, reason: "no luck"), "waiting", "in 4 s, after 1 try: no luck"),
        (.waiting(until: 1_700_000_004_000, attempts: 2, reason: "no luck"), "waiting", "in 4 s, after 2 tries"),
        (.notDurable, "not durable", "being written to disk"),
        (.afterRun(of: job), "after run", "Job 12, which is of the same lane, is running"),
        (.ready(ahead: 0), "ready", "it is its gym's next"),
        (.ready(ahead: 30), "ready", "30 of its gym come before it"),
    ])
    func `every reason has its word and its sentence`(_ why: Explanation, _ word: String, _ part: String) {
        let story = story(why)
        #expect(story.why == word)
        #expect(story.sentences.first?.contains(part) == true, "\(story.sentences)")
    }

    @Test func `a job behind others names the first of them and tells that one's story`() {
        let running = Explanation.running(since: now - 1_000, attempt: 1, batchSize: 1)
        let story = story(.behind(first: Self.job, ahead: 3, because: running), Self.busy)
        #expect(story.why == "behind")
        #expect(story.after == Self.job)
        #expect(story.ahead == 3)
        #expect(story.lasts == .seconds(7))
        #expect(
            story.sentences == [
                "It waits for the 3 jobs before it in its lane; job 12 is the first.",
                "Job 12 has been running for 1 s, try 1.", "Keap is busy.",
            ])
    }

    @Test(arguments: [
        Explanation.running(since: 0, attempt: 1, batchSize: 1), .ready(ahead: 1), .afterRun(of: job),
        .waitingToBegin(since: 0, batchSize: 1, reason: nil),
    ])
    func `what Keap keeps waiting says what Keap's obstacle is`(_ why: Explanation) {
        #expect(story(why, Self.busy).sentences.last == "Keap is busy.")
        #expect(story(why, Self.busy).lasts == .seconds(7))
    }

    @Test func `each that comes first for a place costs a call at least`() {
        let busy = WaitReason(sentence: "Keap is busy.", lasts: .seconds(7), spacing: .milliseconds(250))
        #expect(story(.ready(ahead: 600), busy).lasts == .seconds(157))
        #expect(story(.running(since: now, attempt: 1, batchSize: 1), busy).lasts == .seconds(7))
    }

    @Test(arguments: [
        Explanation.tenantPaused, .tenantNotServed, .lanePaused, .parked(by: [job]), .stopping,
        .dead(at: 0, reason: "x"),
        .waiting(until: 0, attempts: 1, reason: "x"),
    ])
    func `what waits for something else does not blame Keap`(_ why: Explanation) {
        #expect(!story(why, Self.busy).sentences.contains("Keap is busy."))
        #expect(story(why, Self.busy).lasts != .seconds(7))
    }

    @Test func `the time of the next try is the estimate`() {
        #expect(story(.waiting(until: now + 4_000, attempts: 1, reason: "x")).lasts == .seconds(4))
        #expect(story(.waiting(until: now - 4_000, attempts: 1, reason: "x")).lasts == .zero)
        #expect(story(.lanePaused).lasts == nil)
    }
}
