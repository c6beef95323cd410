struct ByUrgency<Value: Sendable>: Sendable {
    var live: Value
    var bulk: Value

    subscript(urgency: JobUrgency) -> Value {
        get { urgency == .live ? live : bulk }
        // In place: a long line must not be copied for each change.
        _modify {
            if urgency == .live { yield &live } else { yield &bulk }
        }
    }
}
