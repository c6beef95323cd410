import Testing

@testable import OutboundAPI

/// What libcurl's numbers mean for a request.
struct FinishedTransferTests {
    private func failure(
        _ code: Int32, status: Int = 0, sendings: Int = 0, isTooLong: Bool = false
    ) -> TransportFailure? {
        var transfer = FinishedTransfer(code: code, text: "Text")
        (transfer.status, transfer.sendings, transfer.isTooLong) = (status, sendings, isTooLong)
        return transfer.failure(deadline: .milliseconds(1_500), largestAnswer: 10, peer: "Keap")
    }

    @Test func `an answer is one if it has a status`() {
        #expect(failure(0, status: 200, sendings: 1) == nil)
        #expect(failure(0, sendings: 1) == .unclear("The connection ended without an answer."))
        #expect(
            failure(23, status: 200, sendings: 1, isTooLong: true) == .unclear("The answer is longer than 10 bytes."))
    }

    /// No connection, no TLS, no trust, no memory; and too few descriptors, which libcurl reports as 6, 7, 27 or 77.
    @Test(arguments: [5, 6, 7, 27, 35, 60, 97] as [Int32])
    func `what failed before the request was about to be sent was not sent`(code: Int32) {
        #expect(failure(code) == .notSent("Text (libcurl \(code))"))
    }

    @Test func `time-outs and authorities have sentences of their own`() {
        #expect(failure(28) == .notSent("No connection to Keap within 1500 ms."))
        #expect(failure(28, sendings: 1) == .unclear("No answer within 1500 ms."))
        guard case .notSent(let sentence) = failure(77) else {
            Issue.record("77 became \(String(describing: failure(77)))")
            return
        }
        #expect(sentence.contains("ca-certificates") && sentence.contains("keap.caFile"))
    }

    /// A second connection that fails follows a request that was sent over the first.
    @Test(arguments: [5, 6, 7, 27, 28, 35, 60, 77, 16, 18, 42, 52, 55, 56] as [Int32])
    func `what failed after that is unclear, whatever it was`(code: Int32) {
        guard case .unclear = failure(code, sendings: 1) else {
            Issue.record("\(code) became \(String(describing: failure(code, sendings: 1)))")
            return
        }
    }

    @Test func `a repetition that was prevented is unclear, and counted`() {
        #expect(failure(42, sendings: 2) == .unclear("Keap closed the connection without an answer."))
        var counters = ConnectionCounters()
        var transfer = FinishedTransfer(code: 42, text: "", sendings: 2)
        transfer.newConnections = 1
        transfer.connectTime = .milliseconds(5)
        counters.add(transfer)
        counters.add(
            FinishedTransfer(code: 0, text: "", status: 200, sendings: 1, firstByteTime: .milliseconds(7)))
        counters.add(FinishedTransfer(code: 7, text: ""))
        #expect(counters.repeatsPrevented == 1 && counters.opened == 1 && counters.reused == 1)
        #expect(counters.connectTime == .milliseconds(5))
        #expect(counters.answers == 1 && counters.firstByteTime == .milliseconds(7))
    }

    @Test func `what is given up is unclear once it was about to be sent`() {
        #expect(
            FinishedTransfer.abandoned(sendings: 0, peer: "Keap") == .notSent("Calls to Keap have been stopped."))
        #expect(
            FinishedTransfer.abandoned(sendings: 1, peer: "Keap")
                == .unclear("Given up while waiting for Keap's answer."))
    }

    @Test func `a duration is told in seconds or milliseconds, however long it is`() {
        #expect(Duration.seconds(30).inWords == "30 s" && Duration.milliseconds(1_500).inWords == "1500 ms")
        #expect(Duration.seconds(Int64.max).inWords.hasSuffix("s"))
    }
}
