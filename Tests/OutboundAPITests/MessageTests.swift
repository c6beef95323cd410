import Testing

@testable import OutboundAPI

/// What goes out and what comes in, without a connection.
struct MessageTests {
    private func outgoing(_ request: APIRequest, base: String = "https://api.example/crm") throws -> OutgoingRequest {
        try OutgoingRequest(request, base: base, userAgent: "Lockstep")
    }

    @Test func `a request's headers come before the usual ones, whatever their case`() throws {
        var request = APIRequest.createTag
        request.headers = ["content-type": "text/plain", "Authorization": "Bearer k", "Empty": ""]
        let lines = try outgoing(request).headerLines
        #expect(
            lines == [
                "Accept: application/json", "Authorization: Bearer k", "content-type: text/plain", "Empty;",
                "User-Agent: Lockstep", "Expect:",
            ])
        #expect(try outgoing(.userInfo).headerLines.contains("Content-Type:"), "libcurl adds none of its own")
    }

    @Test func `methods that change something say how long their body is`() throws {
        let empty = APIRequest(APIEndpoint("x"), .post, ["x"])
        #expect(try outgoing(empty).body == [])
        #expect(try outgoing(.deleteTag).body == nil && outgoing(.userInfo).body == nil)
        #expect(try outgoing(.createTag).body == APIRequest.createTag.body)
    }

    @Test(arguments: ["a\r\nX: y", "a\nb", "a\u{0}b", "a\u{7F}"])
    func `a header that would end its line is not sent, and not told`(value: String) {
        var request = APIRequest.userInfo
        request.headers["X"] = value
        #expect(throws: TransportFailure.notSent("The request has a header with a character that no header may have."))
        {
            try outgoing(request)
        }
    }

    @Test(arguments: ["/a b", "/a\r\nb", "/ä", "/\u{0}"])
    func `an address with another character than an address has is not sent`(target: String) {
        var request = APIRequest.userInfo
        request.target = target
        #expect(throws: TransportFailure.notSent("The request's address has a character that no address may have.")) {
            try outgoing(request)
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:80", false), ("http://127.9.9.9", false), ("http://localhost:1", false),
        ("http://[::1]:1", false), ("http://127.evil.example", true), ("https://api.example", true),
    ])
    func `loopback is reached without a proxy`(base: String, mayUseProxy: Bool) throws {
        #expect(try outgoing(.userInfo, base: base).mayUseProxy == mayUseProxy)
    }

    private func add(_ lines: String..., to answer: inout IncomingAnswer) -> Bool {
        lines.allSatisfy { line in Array(line.utf8).withUnsafeBytes { answer.addHeader($0) } }
    }

    @Test func `headers are joined by name, and those of an earlier head are forgotten`() {
        var answer = IncomingAnswer(mostBodyBytes: 4)
        #expect(add("HTTP/1.1 100 Continue\r\n", "Old: 1\r\n", "\r\n", to: &answer))
        #expect(add("HTTP/1.1 200 OK\r\n", "A: 1\r\n", "a:2 \r\n", "nonsense\r\n", "B:\r\n", "\r\n", to: &answer))
        #expect(answer.headers == ["a": "1, 2", "b": ""])
    }

    @Test func `body and head have bounds`() {
        var answer = IncomingAnswer(mostBodyBytes: 4)
        #expect([1, 2, 3, 4].withUnsafeBytes { answer.addBody(UnsafeRawBufferPointer(rebasing: $0[..<4])) })
        #expect(!answer.isTooLong)
        #expect(![UInt8(1)].withUnsafeBytes { answer.addBody($0) })
        #expect(answer.isTooLong && answer.body.count == 4)
        var long = IncomingAnswer(mostBodyBytes: 4)
        let line = "X: " + String(repeating: "x", count: 1 << 16)
        #expect(add(line, line, line, to: &long))
        #expect(!add(line, to: &long) && long.isTooLong)
    }
}
