import DurableQueue

/// Jobs as `/api/finished` tells them, in the order in which they were finished.
struct FinishedAnswer: Encodable, Sendable {
    /// What the next request gives as `after`.
    var next: UInt64
    /// Finished meanwhile, and no longer remembered.
    var missed: Int
    var jobs: [JobAnswer]

    init(_ page: FinishedPage, _ answer: (JobView) -> JobAnswer) {
        (next, missed, jobs) = (page.next, page.missed, page.jobs.map(answer))
    }
}
