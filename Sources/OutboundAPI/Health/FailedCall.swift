/// A call that the API neither did nor refused, and how calls of its kind had gone for others by then.
package struct FailedCall: Sendable {
    package let kind: CallKind
    /// Nil: any call would have failed.
    package var subject: FailureScope?
    let others: CallTally
    /// How long the API asked to be left alone.
    package var pause: Duration?

    /// Whether the failure is the subject's own: calls of the same kind went well for others since the earlier failure of
    /// the same job. In an outage, also of one endpoint, they do not.
    package func isOwn(since earlier: FailedCall?) -> Bool {
        guard let earlier, subject != nil, earlier.kind == kind else { return false }
        return others.goesWell(since: earlier.others)
    }
}
