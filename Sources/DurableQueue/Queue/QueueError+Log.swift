extension QueueError {
    init(_ failure: LogFailure) {
        switch failure {
        case .full: self = .full
        case .failed(let reason): self = .poisoned(reason)
        case .damaged(let reason): self = .damaged(reason)
        case .unreadable(let reason): self = .unreadable(reason)
        }
    }
}
