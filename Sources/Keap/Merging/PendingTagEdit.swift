/// One caller's edit in the batcher: which of its edges wait, what is under way, and what came of the rest.
struct PendingTagEdit: Sendable {
    enum Flight: Equatable, Sendable {
        /// Left by `dispatch`.
        case none
        /// So many calls of single tags are under way. More of them may be dispatched; left when the last one is complete.
        case tags(Int)
        /// A call of the contact is under way, beside which no other may name it. Left when it is complete.
        case contact
    }

    /// What the caller hears in the end.
    typealias Result = Swift.Result<[TagID: TagAnswer], KeapFailure>

    let edit: TagEdit
    private(set) var waiting: [TagID]
    private(set) var flight = Flight.none
    /// Whether its edges go in calls of the contact only.
    private(set) var isUnbatchable = false
    /// Set when the caller waits no longer: what comes back undone stays undone.
    private var givenUp: KeapFailure?
    private var outcomes: [TagID: EdgeOutcome] = [:]

    init(_ edit: TagEdit) {
        self.edit = edit
        waiting = edit.tags
        isUnbatchable = edit.isUnbatchable
    }

    mutating func dispatch(in call: TagCall) {
        switch call {
        case .contact(_, let tags):
            waiting.removeAll { tags.contains($0) }
            flight = .contact
        case .tag(let tag, _):
            waiting.removeAll { $0 == tag }
            if case .tags(let count) = flight { flight = .tags(count + 1) } else { flight = .tags(1) }
        }
    }

    /// One of its calls is complete, with these of its tags.
    mutating func complete(_ landed: [TagID: EdgeOutcome]) {
        if case .tags(let count) = flight, count > 1 { flight = .tags(count - 1) } else { flight = .none }
        for (tag, outcome) in landed { outcomes[tag] = outcome }
        if landed.values.contains(.alone) { isUnbatchable = true }
        waiting = edit.tags.filter { waiting.contains($0) || landed[$0] == .again || landed[$0] == .alone }
        if let givenUp { giveUp(givenUp) }
    }

    /// What is not under way fails with this.
    mutating func giveUp(_ failure: KeapFailure) {
        givenUp = failure
        for tag in waiting { outcomes[tag] = .failed(failure) }
        waiting = []
    }

    /// Nil while something waits or is under way.
    var result: Result? {
        guard waiting.isEmpty, flight == .none else { return nil }
        var answers: [TagID: TagAnswer] = [:]
        var worst: KeapFailure?
        for tag in edit.tags {
            switch outcomes[tag] {
            case .answered(let answer): answers[tag] = answer
            case .failed(let failure): worst = [worst, failure].compactMap(\.self).max { $0.gravity < $1.gravity }
            case .again, .alone, nil: preconditionFailure("what neither waits nor is under way has an outcome")
            }
        }
        guard let worst else { return .success(answers) }
        let isPartlyDone = answers.values.contains { $0 == .applied || $0 == .duplicate }
        guard isPartlyDone else { return .failure(worst) }
        switch worst {
        case .unclear, .partly, .stale: return .failure(worst)
        // The mirror must not take it that none of the tags was done.
        case .cancelled, .unavailable, .unauthorized: return .failure(.partly(worst))
        case .refused, .gone: return .failure(.unclear(reason: "Only some of the tags were done: \(worst.message)"))
        }
    }
}

extension KeapFailure {
    /// Of several failures of one edit, the one that its caller must hear is the greatest.
    fileprivate var gravity: Int {
        switch self {
        case .cancelled, .partly, .stale: 0
        case .unavailable: 1
        case .refused: 2
        case .gone: 3
        case .unauthorized: 4
        case .unclear: 5
        }
    }
}
