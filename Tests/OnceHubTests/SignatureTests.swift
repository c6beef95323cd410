import WireFormats
@testable import OnceHub
import Testing

struct SignatureTests {
    private let body = Array(#"{"id":"EVNT-1","type":"booking.scheduled"}"#.utf8)
    private let now: Int64 = 1_772_443_001

    private func header(_ secret: String, time: Int64, body: [UInt8]) -> String {
        "t=\(time),s=\(HMAC.sha256(key: Array(secret.utf8), Array("\(time).".utf8), body).hexadecimal)"
    }

    private func verdict(_ header: String, _ secrets: [String], tolerance: Int64 = 600) -> Signature.Verdict? {
        Signature(header)?.verify(body, secrets: secrets, now: now, tolerance: tolerance)
    }

    @Test func `it is an HMAC of the time, a dot and the body, under the secret's text`() {
        // Worked out by another implementation.
        let header = "t=1772443001,s=885674dfa7c1f357847476a4eae7547f87bb89593458b05beeb808e85d0449a8"
        #expect(verdict(header, ["0123456789abcdef0123456789abcdef"]) == .valid)
    }

    @Test func `any of several secrets will do, wherever it stands`() {
        let signed = header("new-secret", time: now, body: body)
        #expect(verdict(signed, ["new-secret"]) == .valid)
        #expect(verdict(signed, ["old-secret", "new-secret"]) == .valid)
        #expect(verdict(signed, ["new-secret", "old-secret"]) == .valid)
        #expect(verdict(signed, ["old-secret"]) == .wrong)
        #expect(verdict(signed, []) == .wrong)
    }

    @Test func `another body, another time or one other digit is wrong`() {
        let signed = header("s", time: now, body: body)
        #expect(Signature(signed)?.verify(body + [0x20], secrets: ["s"], now: now, tolerance: 600) == .wrong)
        #expect(verdict(signed.replacing("t=\(now)", with: "t=\(now + 1)"), ["s"]) == .wrong)
        let last = signed.last == "0" ? "1" : "0"
        #expect(verdict(String(signed.dropLast()) + last, ["s"]) == .wrong)
    }

    @Test func `the time may be as far off as the tolerance says, either way`() {
        #expect(verdict(header("s", time: now - 600, body: body), ["s"]) == .valid)
        #expect(verdict(header("s", time: now + 600, body: body), ["s"]) == .valid)
        #expect(verdict(header("s", time: now - 601, body: body), ["s"]) == .outOfTime(seconds: 601))
        #expect(verdict(header("s", time: now + 601, body: body), ["s"]) == .outOfTime(seconds: -601))
        #expect(verdict(header("other", time: now - 601, body: body), ["s"]) == .wrong, "a stranger is told no more")
    }

    @Test func `blanks, capital digits, order and parts that are not known do not matter`() {
        let signed = header("s", time: now, body: body)
        let digest = signed.split(separator: "=")[2]
        for form in ["t=\(now), s=\(digest)", " S = \(digest.uppercased()) , v=2, T=\(now)", "\(signed),s=00"] {
            #expect(verdict(form, ["s"]) == .valid, "\(form)")
        }
    }

    @Test(arguments: [
        "", "t=1", "s=00", "t=,s=", "t=x,s=" + String(repeating: "0", count: 64),
        "t=1,s=" + String(repeating: "0", count: 63),
        "t=1,s=" + String(repeating: "g", count: 64), "t=99999999999999999999,s=" + String(repeating: "0", count: 64),
        "t=-1,s=" + String(repeating: "0", count: 64),
    ])
    func `anything else is no signature`(_ header: String) {
        #expect(Signature(header) == nil)
    }
}
