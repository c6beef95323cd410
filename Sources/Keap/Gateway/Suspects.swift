/// Tells what Keap cannot do for one contact from what it cannot do for anybody.
///
/// Keap answers some calls with a 5xx whenever they are made (a bad owner is one), and does the same to everybody in an
/// outage. What tells them apart is how others fare at the same endpoint. A failure is a *strike* if, since the one
/// before it, calls for others went well there, and at least nine of ten that were not suspected already.
/// After `mostStrikes` in a row the call is *convicted*: it is a refusal, and stays one until it succeeds or others fail
/// too. In an outage nobody's calls go well, so there are no strikes, however long it lasts; where one call in ten fails by
/// chance, one row in a million convicts.
///
/// With nobody to compare with there are no strikes either: then `failures` says when a person should look.
///
/// Only Keap's own answers come here as failures: a time-out or a reset says nothing about a contact. Keeps no clock; the
/// evidence is lost with the process, which is the safe side.
struct Suspects: Sendable {
    struct Case: Hashable, Sendable {
        var endpoint: KeapEndpoint
        var subject: CallSubject
    }

    private struct Record {
        /// In a row.
        var failures = 1
        var strikes = 0
        /// Of others, at the latest failure.
        var seen: Tally
        var number: UInt64
    }

    /// Of all calls to an endpoint, but for the later failures of suspects.
    private struct Tally: Sendable {
        var successes = 0
        var failures = 0
    }

    static var mostStrikes: Int { 6 }
    static var mostRecords: Int { 1_000 }

    private var records: [Case: Record] = [:]
    private var tallies: [KeapEndpoint: Tally] = [:]
    private var recorded: UInt64 = 0

    var isEmpty: Bool { records.isEmpty }

    mutating func succeeded(_ endpoint: KeapEndpoint, _ subject: CallSubject?) {
        tallies[endpoint, default: Tally()].successes += 1
        if let subject { records[Case(endpoint: endpoint, subject: subject)] = nil }
    }

    /// - Returns: whether it is convicted.
    mutating func failed(_ endpoint: KeapEndpoint, _ subject: CallSubject?) -> Bool {
        guard let subject else {
            tallies[endpoint, default: Tally()].failures += 1
            return false
        }
        let what = Case(endpoint: endpoint, subject: subject)
        guard var record = records[what] else {
            tallies[endpoint, default: Tally()].failures += 1
            makeRoom()
            recorded += 1
            records[what] = Record(seen: tallies[endpoint]!, number: recorded)
            return false
        }
        let tally = tallies[endpoint, default: Tally()]
        let successes = tally.successes - record.seen.successes
        let failures = tally.failures - record.seen.failures
        record.failures += 1
        let wasConvicted = record.strikes >= Self.mostStrikes
        if wasConvicted, failures == 0 {
            // The same step, tried another way (without the fields of a mapping, say): nothing has changed since.
        } else if successes > 0, successes >= 9 * failures {
            record.strikes += 1
        } else if failures > 0 {
            // Others fail too: what spoke against this one may have been the beginning of an outage.
            record.strikes = 0
        }
        record.seen = tally
        records[what] = record
        return record.strikes >= Self.mostStrikes
    }

    /// Others' calls that came to nothing in a way that says nothing about whom they were for.
    mutating func wasUnclear(_ endpoint: KeapEndpoint, _ subject: CallSubject?) {
        if let subject, records[Case(endpoint: endpoint, subject: subject)] != nil { return }
        tallies[endpoint, default: Tally()].failures += 1
    }

    /// How often in a row Keap has failed for this contact, at whatever it fails most.
    func failures(of contact: ContactID) -> Int {
        KeapEndpoint.allCases.lazy.compactMap {
            records[Case(endpoint: $0, subject: .contact(contact))]?.failures
        }.max() ?? 0
    }

    /// The oldest goes: whoever it was begins anew.
    private mutating func makeRoom() {
        guard records.count >= Self.mostRecords else { return }
        if let oldest = records.min(by: { $0.value.number < $1.value.number }) { records[oldest.key] = nil }
    }
}
