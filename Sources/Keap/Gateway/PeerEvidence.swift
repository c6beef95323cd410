/// Tells what Keap cannot do for one contact from what it cannot do for any: by how calls of the same kind go for others.
///
/// Keap fails some calls whenever they are made (a bad owner in the body, a contact whose reading hangs), and fails all of
/// them in an outage. Counts the calls of each kind, leaving out the later failures of a subject that fails several times
/// in a row: one poisoned contact must not look like trouble for others.
///
/// Keeps no clock. The evidence is lost with the process, which is the safe side.
struct PeerEvidence: Sendable {
    private struct Case: Hashable {
        var kind: CallKind
        var subject: FailureScope
    }

    private struct Record {
        /// What of the kind's tally is this subject's own, since it was first recorded.
        var own = CallTally()
        var isFailing = true
        var number: UInt64
    }

    static var mostRecords: Int { 1_000 }
    var recordCount: Int { records.count }

    private var records: [Case: Record] = [:]
    private var tallies: [CallKind: CallTally] = [:]
    private var recorded: UInt64 = 0

    mutating func succeeded(_ kind: CallKind, _ subject: FailureScope?) {
        tallies[kind, default: CallTally()].successes += 1
        guard let subject else { return }
        let what = Case(kind: kind, subject: subject)
        records[what]?.own.successes += 1
        records[what]?.isFailing = false
    }

    /// - Parameter subject: what the failure may be specific to; nil if any call would have failed.
    mutating func failed(_ kind: CallKind, _ subject: FailureScope?, pause: Duration? = nil) -> FailedCall {
        if let subject {
            let what = Case(kind: kind, subject: subject)
            if records[what] == nil {
                makeRoom()
                recorded += 1
                records[what] = Record(isFailing: false, number: recorded)
            }
            if records[what]?.isFailing == false {
                tallies[kind, default: CallTally()].failures += 1
                records[what]?.own.failures += 1
            }
            records[what]?.isFailing = true
        } else {
            tallies[kind, default: CallTally()].failures += 1
        }
        return FailedCall(kind: kind, subject: subject, others: others(than: subject, at: kind), pause: pause)
    }

    /// Whether calls of the kind have gone well for others since that one failed.
    func othersGoWell(since call: FailedCall) -> Bool {
        call.subject != nil && others(than: call.subject, at: call.kind).goesWell(since: call.others)
    }

    private func others(than subject: FailureScope?, at kind: CallKind) -> CallTally {
        let own = subject.flatMap { records[Case(kind: kind, subject: $0)]?.own } ?? CallTally()
        return tallies[kind, default: CallTally()] - own
    }

    /// Drops the oldest record: that subject begins anew.
    private mutating func makeRoom() {
        guard records.count >= Self.mostRecords else { return }
        if let oldest = records.min(by: { $0.value.number < $1.value.number }) { records[oldest.key] = nil }
    }
}

/// What is compared with what.
enum CallKind: Hashable, Sendable {
    case call(KeapEndpoint)
    /// All of a change, of which no single call failed: Keap's answers contradict each other.
    case delivery
}

struct CallTally: Hashable, Sendable {
    var successes = 0
    var failures = 0

    static func - (a: Self, b: Self) -> Self {
        CallTally(successes: a.successes - b.successes, failures: a.failures - b.failures)
    }

    /// At least nine of ten since then, and one at least: where one call in ten fails by chance, seven failures in a row
    /// of one subject come once in ten million.
    func goesWell(since earlier: Self) -> Bool {
        let since = self - earlier
        return since.successes > 0 && since.successes >= 9 * since.failures
    }
}

/// A call that Keap neither did nor refused, and how calls of its kind had gone for others by then.
package struct FailedCall: Sendable {
    let kind: CallKind
    /// Nil: any call would have failed.
    var subject: FailureScope?
    let others: CallTally
    /// How long Keap asked to be left alone.
    package var pause: Duration?

    /// Whether the failure is the subject's own: calls of the same kind went well for others since the earlier failure of
    /// the same job. In an outage, also of one endpoint, they do not.
    package func isOwn(since earlier: FailedCall?) -> Bool {
        guard let earlier, subject != nil, earlier.kind == kind else { return false }
        return others.goesWell(since: earlier.others)
    }
}
