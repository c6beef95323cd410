import OutboundAPI
import Testing

@testable import Keap

@Suite struct PeerEvidenceTests {
    private let kind = CallKind.call(.updateContact)
    private let sick = FailureScope.contact(ContactID("1"))

    private func other(_ number: Int) -> FailureScope { .contact(ContactID("other \(number)")) }

    @Test func `a failure is a contact's own if others' calls of the kind went well since the one before it`() {
        var evidence = PeerEvidence()
        var earlier = evidence.failed(kind, sick)
        #expect(!earlier.isOwn(since: nil), "nothing is known of before")
        for number in 1...10 {
            #expect(!evidence.othersGoWell(since: earlier))
            evidence.succeeded(kind, other(number))
            #expect(evidence.othersGoWell(since: earlier))
            let call = evidence.failed(kind, sick)
            #expect(call.isOwn(since: earlier))
            earlier = call
        }
    }

    @Test func `one other contact is enough, however often it is the same`() {
        var evidence = PeerEvidence()
        var earlier = evidence.failed(kind, sick)
        for _ in 1...10 {
            evidence.succeeded(kind, other(1))
            let call = evidence.failed(kind, sick)
            #expect(call.isOwn(since: earlier))
            earlier = call
        }
    }

    @Test func `its own successes prove nothing`() {
        var evidence = PeerEvidence()
        var earlier = evidence.failed(kind, sick)
        for _ in 1...10 {
            for _ in 1...20 { evidence.succeeded(kind, sick) }
            let call = evidence.failed(kind, sick)
            #expect(!call.isOwn(since: earlier) && !evidence.othersGoWell(since: earlier))
            earlier = call
        }
    }

    @Test func `an outage is none's own, however long it lasts`() {
        var evidence = PeerEvidence()
        var earlier: [FailureScope: FailedCall] = [:]
        for round in 1...10_000 {
            let subject = other(round % 50)
            let call = evidence.failed(kind, subject)
            #expect(!call.isOwn(since: earlier[subject]))
            earlier[subject] = call
        }
    }

    @Test(arguments: [2, 3, 5, 8]) func `while one call in a few fails by chance, no failure counts`(one: Int) {
        var evidence = PeerEvidence()
        var earlier = evidence.failed(kind, sick)
        var isOwn = 0
        for round in 1...400 {
            for number in 1...40 {
                let subject = other(number)
                if (number + round).isMultiple(of: one) {
                    _ = evidence.failed(kind, subject)
                } else {
                    evidence.succeeded(kind, subject)
                }
            }
            let call = evidence.failed(kind, sick)
            if call.isOwn(since: earlier) { isOwn += 1 }
            earlier = call
        }
        #expect(isOwn == 0)
    }

    @Test func `others that do well at something else prove nothing`() {
        var evidence = PeerEvidence()
        let earlier = evidence.failed(kind, sick)
        for number in 1...1_000 { evidence.succeeded(.call(.readContact), other(number)) }
        for number in 1...1_000 { evidence.succeeded(.delivery, other(number)) }
        #expect(!evidence.failed(kind, sick).isOwn(since: earlier))
        evidence.succeeded(kind, other(1))
        #expect(!evidence.failed(.call(.readContact), sick).isOwn(since: earlier), "another kind failed before")
    }

    @Test func `many that are sick are each known, though they are many`() {
        var evidence = PeerEvidence()
        var earlier: [Int: FailedCall] = [:]
        var own = 0
        for round in 1...10 {
            for number in 1...30 {
                let call = evidence.failed(kind, .contact(ContactID("\(number)")))
                if call.isOwn(since: earlier[number]) { own += 1 }
                earlier[number] = call
            }
            for number in 0..<3 { evidence.succeeded(kind, other(3 * round + number)) }
        }
        // The first round's failures are fresh, and so speak against an outage only from the second on.
        #expect(own >= 30 * 8)
    }

    @Test func `a failure that any call would have met is no contact's own`() {
        var evidence = PeerEvidence()
        let earlier = evidence.failed(kind, nil)
        evidence.succeeded(kind, other(1))
        #expect(!evidence.failed(kind, nil).isOwn(since: earlier) && !evidence.othersGoWell(since: earlier))
    }

    @Test func `memory is bounded`() {
        var evidence = PeerEvidence()
        for number in 0..<(3 * PeerEvidence.mostRecords) { _ = evidence.failed(kind, other(number)) }
        #expect(evidence.recordCount == PeerEvidence.mostRecords)
    }
}
