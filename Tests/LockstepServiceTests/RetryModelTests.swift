import Connectors
import DurableQueue
import OutboundAPI
import Testing

@testable import Keap
@testable import LockstepService

struct RetryModelTests {
    private let job = JobID(rawValue: 7)
    private let sick = FailureScope.contact(ContactID("1"))
    private let well = FailureScope.contact(ContactID("2"))
    private let kind = CallKind.call(.updateContact)

    @Test func `with others well it is charged from the second failure on, and judged after the seventh`() {
        var (model, evidence) = (RetryModel(), PeerEvidence())
        var attempt = 1
        for failure in 1...7 {
            let decision = model.failed(
                job, attempt: attempt, evidence.failed(kind, sick), reason: "Oops")
            switch failure {
            case 1: #expect(decision == .uncharged(after: nil))
            case 7: #expect(decision == .charged(after: .seconds(10)))
            default: #expect(decision == .charged(after: nil))
            }
            if failure > 1 { attempt += 1 }
            #expect((model.lastFailure(of: job, attempt: attempt) != nil) == (failure == 7))
            evidence.succeeded(kind, well)
        }
        #expect(model.lastFailure(of: job, attempt: attempt)?.reason == "Oops")
    }

    @Test func `with none to compare with it is never charged, but tried less and less often`() {
        var (model, evidence) = (RetryModel(), PeerEvidence())
        var pauses: [Duration] = []
        for failure in 1...14 {
            let call = evidence.failed(kind, sick)
            switch model.failed(job, attempt: 1, call, reason: "Oops") {
            case .charged: Issue.record("failure \(failure) was charged")
            case .uncharged(let pause): #expect(failure < RetryModel.manyFailures && pause == nil)
            case .lasting(let failures, let pause):
                #expect(failures == failure)
                pauses.append(pause)
            }
        }
        #expect(pauses == [60, 120, 240, 300, 300, 300, 300].map { .seconds($0) })
    }

    @Test func `in an outage nothing is charged, counted or judged by what went well before it`() {
        var (model, evidence) = (RetryModel(), PeerEvidence())
        for attempt in 1...6 {
            _ = model.failed(job, attempt: attempt, evidence.failed(kind, sick), reason: "Oops")
            evidence.succeeded(kind, well)
        }
        for _ in 1...100 {
            let call = evidence.failed(kind, sick)
            #expect(
                model.failed(job, attempt: 6, call, reason: "503", .ofAccount) == .uncharged(after: .seconds(1)))
        }
        let last = model.failed(job, attempt: 6, evidence.failed(kind, sick), reason: "503")
        #expect(last == .uncharged(after: nil))
    }

    @Test func `in an outage of its endpoint a job leaves its place, uncharged, and is not listed as failing`() {
        var (model, evidence) = (RetryModel(), PeerEvidence())
        for _ in 1...100 {
            let call = evidence.failed(kind, sick)
            evidence.succeeded(.call(.findContacts), well)
            let decision = model.failed(job, attempt: 1, call, reason: "Oops", .ofCalls("updateContact"))
            #expect(decision == .uncharged(after: nil), "the queue's own pause")
        }
        #expect(model.lastFailure(of: job, attempt: RetryModel.mostCharged + 1) == nil)
    }

    @Test func `a pause that Keap asked for is waited for, uncharged`() {
        var (model, evidence) = (RetryModel(), PeerEvidence())
        for _ in 1..<RetryModel.manyFailures {
            let call = evidence.failed(kind, sick, pause: .seconds(90))
            #expect(
                model.failed(job, attempt: 1, call, reason: "503") == .uncharged(after: .seconds(90)))
            evidence.succeeded(kind, well)
        }
        // It has come back as told so often that it is the contact's own.
        let call = evidence.failed(kind, sick, pause: .seconds(90))
        #expect(model.failed(job, attempt: 1, call, reason: "503") == .charged(after: .seconds(90)))
    }

    @Test func `jobs beyond those that are compared are tried again uncharged`() {
        var (model, evidence) = (RetryModel(), PeerEvidence())
        for number in 0...RetryModel.mostEntries {
            _ = model.failed(
                JobID(rawValue: UInt64(100 + number)), attempt: 1, evidence.failed(kind, sick), reason: "Oops")
        }
        for _ in 1...3 {
            evidence.succeeded(kind, well)
            let call = evidence.failed(kind, sick)
            let beyond = JobID(rawValue: UInt64(100 + RetryModel.mostEntries))
            #expect(
                model.failed(beyond, attempt: 6, call, reason: "Oops") == .uncharged(after: nil))
        }
    }

    @Test func `where no call failed it is a matter of waiting, and nothing is remembered`() {
        var model = RetryModel()
        #expect(model.failed(job, attempt: 1, nil, reason: "Busy") == .uncharged(after: nil))
        #expect(model.failed(job, attempt: 1, nil, reason: "Busy", .ofAccount) == .uncharged(after: .seconds(1)))
        #expect(model.lastFailure(of: job, attempt: RetryModel.mostCharged + 1) == nil)
    }

    @Test func `the queue is told to charge only what is charged`() {
        func charges(_ decision: RetryModel.Decision) -> Bool? {
            guard case .retry("Oops", let state, _, let isCharged) = decision.outcome(reason: "Oops", state: [7]),
                state.bytes == [7]
            else {
                return nil
            }
            return isCharged
        }
        #expect(charges(.charged(after: nil)) == true)
        #expect(charges(.uncharged(after: .seconds(2))) == false)
        #expect(charges(.lasting(failures: 9, after: .seconds(60))) == false)
    }
}
