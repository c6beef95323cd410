/// How a transfer ended, in libcurl's numbers, and what that means for the request.
struct FinishedTransfer: Equatable, Sendable {
    var code: Int32
    /// libcurl's own words for the code.
    var text: String
    /// Of the answer; 0 without one.
    var status = 0
    /// How often the request was about to be sent.
    var sendings = 0
    var isTooLong = false
    var newConnections = 0
    var connectTime = Duration.zero
    var firstByteTime = Duration.zero

    /// libcurl was about to send the request again, over another connection.
    var isRepeatPrevented: Bool { code == CurlNumber.aborted && sendings > 1 }

    /// Nil: there is a whole answer.
    ///
    /// A code alone does not tell whether the request was sent: where a reused connection dies, and a new one for the
    /// repetition cannot be had, libcurl reports the second failure.
    func failure(deadline: Duration, largestAnswer: Int, peer: String) -> TransportFailure? {
        if isTooLong { return .unclear("The answer is longer than \(largestAnswer) bytes.") }
        switch code {
        case CurlNumber.ok:
            return status > 0 ? nil : .unclear("The connection ended without an answer.")
        case CurlNumber.badAuthorities where sendings == 0:
            return .notSent(
                "The file of certificate authorities cannot be read: install the package ca-certificates, or name a file "
                    + "with keap.caFile (libcurl \(code)).")
        case CurlNumber.timedOut where sendings == 0:
            return .notSent("No connection to \(peer) within \(deadline.inWords).")
        case _ where sendings == 0:
            return .notSent("\(text) (libcurl \(code))")
        case CurlNumber.timedOut:
            return .unclear("No answer within \(deadline.inWords).")
        case _ where isRepeatPrevented:
            return .unclear("\(peer) closed the connection without an answer.")
        default:
            return .unclear("\(text) (libcurl \(code))")
        }
    }

    /// Why a request ended that was given up while it waited.
    static func abandoned(sendings: Int, peer: String) -> TransportFailure {
        sendings == 0 ? .stopped(peer) : .unclear("Given up while waiting for \(peer)'s answer.")
    }
}

extension TransportFailure {
    /// After `abandon`.
    static func stopped(_ peer: String) -> TransportFailure { .notSent("Calls to \(peer) have been stopped.") }
}
