/// A lane that is being worked on: one run of one job, or of several that go together, to its end. Made when the lane is
/// dispatched and gone afterwards; lanes that wait are rows of a table, and idle ones cost nothing.
///
/// An actor alone would not keep two jobs apart, since it lets others in at each `await`: the queue's lease does.
actor Lane {
    private let handler: any JobHandler
    private let handle: LaneHandle
    private var isRunning = false

    init(_ handle: LaneHandle, handler: any JobHandler) {
        self.handler = handler
        self.handle = handle
    }

    func run(_ jobs: [Job], state: [UInt8]) async -> JobOutcome {
        precondition(!isRunning, "two runs of one lane were about to begin at once")
        isRunning = true
        defer { isRunning = false }
        return jobs.count == 1
            ? await handler.run(jobs[0], state: state, lane: handle)
            : await handler.run(batch: jobs, state: state, lane: handle)
    }
}
