/// A lane that is being worked on: one job of it, run to its end. Made when the lane is dispatched and gone afterwards;
/// lanes that wait are rows of a table, and idle ones cost nothing.
///
/// An actor alone would not keep two jobs apart, since it lets others in at each `await`: the queue's lease does.
actor Lane {
    private let handler: any JobHandler
    private let handle: LaneHandle
    private var isRunning = false

    init(
        id: LaneID, handler: any JobHandler, save: @escaping @Sendable ([UInt8]) async throws(QueueError) -> Void
    ) {
        self.handler = handler
        handle = LaneHandle(id: id, store: save)
    }

    func run(_ job: Job, state: [UInt8]) async -> JobOutcome {
        precondition(!isRunning, "two jobs of one lane were about to run at once")
        isRunning = true
        defer { isRunning = false }
        return await handler.run(job, state: state, lane: handle)
    }
}
