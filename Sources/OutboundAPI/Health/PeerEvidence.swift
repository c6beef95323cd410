/// Tells what an API cannot do for one record from what it cannot do for any: by how calls of the same kind go for others.
///
/// An API fails some calls whenever they are made (a bad value in the body, a record whose reading hangs), and all of
/// them in an outage. Counts the calls of each kind, leaving out the later failures of a subject that fails several times
/// in a row: one poisoned record must not look like trouble for others.
///
/// Keeps no clock. The evidence is lost with the process, which is the safe side.
package struct PeerEvidence: Sendable {
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

    package static var mostRecords: Int { 1_000 }
    package var recordCount: Int { records.count }

    private var records: [Case: Record] = [:]
    private var tallies: [CallKind: CallTally] = [:]
    private var recorded: UInt64 = 0

    package init() {}

    package mutating func succeeded(_ kind: CallKind, _ subject: FailureScope?) {
        tallies[kind, default: CallTally()].successes += 1
        guard let subject else { return }
        let what = Case(kind: kind, subject: subject)
        records[what]?.own.successes += 1
        records[what]?.isFailing = false
    }

    /// - Parameter subject: what the failure may be specific to; nil if any call would have failed.
    package mutating func failed(_ kind: CallKind, _ subject: FailureScope?, pause: Duration? = nil) -> FailedCall {
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
    package func othersGoWell(since call: FailedCall) -> Bool {
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
