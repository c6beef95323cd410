import OutboundAPI
import Testing

@testable import Keap

@Suite struct FailureTests {
    @Test(
        arguments: [
            (200, .success, .success), (201, .success, .success), (204, .success, .success),
            (302, .failure(.unavailable(reason: "m")), .failure(.unclear(reason: "m"))),
            (400, .failure(.refused(status: 400, message: "m")), .failure(.refused(status: 400, message: "m"))),
            (401, .failure(.unauthorized(message: "m")), .failure(.unauthorized(message: "m"))),
            (403, .failure(.refused(status: 403, message: "m")), .failure(.refused(status: 403, message: "m"))),
            (404, .failure(.gone(message: "m")), .failure(.gone(message: "m"))),
            (405, .failure(.refused(status: 405, message: "m")), .failure(.refused(status: 405, message: "m"))),
            (408, .failure(.unavailable(reason: "m")), .failure(.unclear(reason: "m"))),
            (409, .failure(.refused(status: 409, message: "m")), .failure(.refused(status: 409, message: "m"))),
            (410, .failure(.gone(message: "m")), .failure(.gone(message: "m"))),
            (425, .failure(.unavailable(reason: "m")), .failure(.unavailable(reason: "m"))),
            (429, .throttled, .throttled),
            (500, .failure(.unavailable(reason: "m")), .failure(.unclear(reason: "m"))),
            (501, .failure(.refused(status: 501, message: "m")), .failure(.refused(status: 501, message: "m"))),
            (502, .failure(.unavailable(reason: "m")), .failure(.unclear(reason: "m"))),
            (503, .failure(.unavailable(reason: "m")), .failure(.unavailable(reason: "m"))),
            (504, .failure(.unavailable(reason: "m")), .failure(.unclear(reason: "m"))),
            (520, .failure(.unavailable(reason: "m")), .failure(.unclear(reason: "m"))),
        ] as [(Int, Verdict, Verdict)])
    func `a status means something else for a read than for a write`(status: Int, read: Verdict, write: Verdict) throws
    {
        let response = APIResponse(status: status, body: Array(#"{"message":"m"}"#.utf8))
        #expect(Verdict(response, to: try .readContact(ContactID("1"), fields: [])) == read)
        #expect(Verdict(response, to: try .updateContact(ContactID("1"), with: .whole)) == write)
    }

    @Test func `a 404 where no id was asked for is a refusal, if it is Keap's`() throws {
        let request = try APIRequest.createTag("a", in: nil)
        #expect(
            Verdict(APIResponse(status: 404, body: Array(#"{"message":"m"}"#.utf8)), to: request)
                == .failure(.refused(status: 404, message: "m")))
        #expect(Verdict(APIResponse(status: 404), to: request) == .failure(.unclear(reason: "Keap answered 404.")))
    }

    static let faults = [
        "<html><body>Down for maintenance</body></html>", "404 page not found", "<?xml version=\"1.0\"?><error/>",
        #"{"fault":{"faultstring":"Unable to identify proxy for host","detail":{"errorcode":"x"}}}"#, #"{"broken"#,
    ]

    @Test(arguments: [302, 307, 400, 403, 404, 405, 409, 410, 422, 501], faults)
    func `an answer of a proxy in front of Keap is no refusal and says nothing of a contact`(status: Int, body: String)
        throws
    {
        let response = APIResponse(status: status, body: Array(body.utf8))
        let reason = FailureMessage.read(response)
        #expect(
            Verdict(response, to: try .readContact(ContactID("1"), fields: []))
                == .failure(.unavailable(reason: reason)))
        #expect(
            Verdict(response, to: try .updateContact(ContactID("1"), with: .whole))
                == .failure(.unclear(reason: reason)))
    }

    @Test(arguments: [
        "", " \n", "null", "{}", #"{"message":null}"#,
        #"{"code":404,"message":"Not found","status":"NOT_FOUND","details":[]}"#,
        #"{"cause":null,"localizedMessage":"no such contact","stackTrace":[],"suppressed":[],"extra":1}"#,
        "CONTACT_NOT_FOUND", #"{"error":"Not Found"}"#,
    ])
    func `a 404 for an id is gone in whichever words of Keap's, or with none`(body: String) throws {
        let response = APIResponse(status: 404, body: Array(body.utf8))
        #expect(
            Verdict(response, to: try .readContact(ContactID("1"), fields: []))
                == .failure(.gone(message: FailureMessage.read(response))))
    }

    @Test(
        arguments: [400, 403, 409, 422], [#"{"message":"m"}"#, #"{"code":"X","message":"m","details":null,"new":[1]}"#])
    func `what Keap refuses in its own words is refused`(status: Int, body: String) throws {
        let response = APIResponse(status: status, body: Array(body.utf8))
        #expect(
            Verdict(response, to: try .updateContact(ContactID("1"), with: .whole))
                == .failure(.refused(status: status, message: "m")))
    }

    @Test(arguments: [
        ("CONTACT_NOT_FOUND", true), ("Contact not found", true), ("Contact with id 12 was not found", true),
        ("Contact ID 12 does not exist", true), ("contact 12 not found.", true),
        ("Custom field 7 of contact 12 not found", false), ("Contact owner not found", false),
        ("Tag not found", false), ("Contact is invalid", false), ("", false),
    ])
    func `a 400 says that a contact is gone only when it speaks of just that`(message: String, isGone: Bool) throws {
        let response = APIResponse(status: 400, body: Array(#"{"message":"\#(message)"}"#.utf8))
        let verdict = Verdict(response, to: try .updateContact(ContactID("12"), with: .whole))
        let said = message.isEmpty ? "Keap answered 400." : message
        #expect(verdict == .failure(isGone ? .gone(message: said) : .refused(status: 400, message: said)))
    }

    @Test(arguments: [
        (
            #"{"code":400,"message":"Invalid","details":[{"domain":"contact","resource":"region"}]}"#,
            "Invalid (contact region)"
        ),
        (#"{"code":400,"message":"Invalid","details":null}"#, "Invalid"),
        (#"{"message":"BILLING Region is invalid"}"#, "BILLING Region is invalid"),
        (#"{"message":null,"localizedMessage":"Broken"}"#, "Broken"),
        (
            #"{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}"#,
            "Invalid Access Token"
        ),
        (#"{"error":"invalid_grant","error_description":"Invalid refresh token"}"#, "Invalid refresh token"),
        (#"{"error":"invalid_grant"}"#, "invalid_grant"),
        (#"{"code":"429","message":"Quota Exceeded","status":"Request Throttled","details":null}"#, "Quota Exceeded"),
        ("Service \n Unavailable", "Service Unavailable"),
        ("<html><h1>Bad gateway</h1></html>", "Keap answered 502."),
        ("", "Keap answered 502."), ("{}", "Keap answered 502."), (#"{"broken"#, "Keap answered 502."),
    ])
    func `the sentence is found in every shape of error`(body: String, sentence: String) {
        #expect(FailureMessage.read(APIResponse(status: 502, body: Array(body.utf8))) == sentence)
    }

    @Test func `a sentence is bounded`() {
        let body = #"{"message":"\#(String(repeating: "x", count: 10_000))"}"#
        #expect(FailureMessage.read(APIResponse(status: 400, body: Array(body.utf8))).count == FailureMessage.longest)
    }

    @Test func `a connection that failed is unclear only for a write that was sent`() throws {
        let read = APIRequest.userInfo
        let write = try APIRequest.createTag("a", in: nil)
        #expect(failure(.notSent("r"), read) == .unavailable(reason: "r"))
        #expect(failure(.notSent("r"), write) == .unavailable(reason: "r"))
        #expect(failure(.unclear("r"), read) == .unavailable(reason: "r"))
        #expect(failure(.unclear("r"), write) == .unclear(reason: "r"))
    }

    private func failure(_ failure: TransportFailure, _ request: APIRequest) -> KeapFailure? {
        guard case .failure(let failure) = KeapReading<Void>(failure, of: request).answer else { return nil }
        return failure
    }
}

/// What an answer means, in one word.
enum Verdict: Equatable {
    case success
    case throttled
    case failure(KeapFailure)

    init(_ response: APIResponse, to request: APIRequest) {
        let reading = KeapReading(response, to: request) { _ in }
        switch reading.answer {
        case .success: self = reading.meaning == .success ? .success : .throttled
        case .failure(let failure): self = reading.meaning == .throttled ? .throttled : .failure(failure)
        }
    }
}
