import Testing
import WireFormats

@testable import EmbeddedHTTP

struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("[::1]:0", "::1", 0, true), ("localhost:0", "localhost", 0, true),
        ("0.0.0.0:80", "0.0.0.0", 80, false), (":8080", "", 8080, false), ("[::]:65535", "::", 65535, false),
        ("127.evil.example:1", "127.evil.example", 1, false), ("127.1.2.3:1", "127.1.2.3", 1, true),
    ])
    func `an address is read, written and known for loopback`(
        text: String, host: String, port: UInt16, isLoopback: Bool
    ) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host && address.port == port && address.isLoopback == isLoopback)
        #expect(address.description == text)
    }

    @Test(arguments: [
        ("localhost", ListenAddressError.noPort("localhost")), ("", .noPort("")), ("h:", .badPort("h:")),
        ("h:65536", .badPort("h:65536")), ("h:-1", .badPort("h:-1")), ("h:http", .badPort("h:http")),
        ("::1:80", .badHost("::1:80")), ("[h]:80", .badHost("[h]:80")), ("a b:80", .badHost("a b:80")),
        ("http://h:80", .badHost("http://h:80")),
    ])
    func `anything else is refused with the text in the sentence`(text: String, error: ListenAddressError) {
        #expect(throws: error) { try ListenAddress(text) }
        #expect(error.description.contains("\"\(text)\""))
    }
}

struct ReplyTests {
    private func text(_ response: HTTPResponse, isForHead: Bool = false, _ after: Persistence = .keepsOpen) -> String {
        let reply = Reply(response: response, isForHead: isForHead, persistence: after)
        return String(decoding: reply.encoded(date: "now"), as: UTF8.self)
    }

    @Test func `an answer carries date and length`() {
        let response = HTTPResponse(status: 202, headers: ["X-A": "b"], body: Array("hi".utf8))
        #expect(text(response) == "HTTP/1.1 202 Accepted\r\nDate: now\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi")
        #expect(text(response, isForHead: true).hasSuffix("Content-Length: 2\r\n\r\n"))
        #expect(text(response, .closes).contains("\r\nConnection: close\r\n"))
        #expect(text(response, .saysKeepAlive).contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test(arguments: [204, 304])
    func `statuses without a body have none`(status: Int) {
        let answer = text(HTTPResponse(status: status, body: [1, 2, 3]))
        #expect(!answer.contains("Content-Length") && answer.hasSuffix("\r\n\r\n"))
    }

    @Test func `a handler cannot break the framing`() {
        let answer = text(
            HTTPResponse(
                status: 200,
                headers: [
                    "content-length": "99", "Transfer-Encoding": "chunked", "Connection": "keep-alive", "DATE": "then",
                    "X-Echo": "a\r\nSet-Cookie: evil\u{0}",
                ]))
        #expect(answer == "HTTP/1.1 200 OK\r\nDate: now\r\nX-Echo: a  Set-Cookie: evil \r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `an error is a JSON sentence`() {
        let response = HTTPResponse.error(400, "a \"quoted\" \\ line\nbreak, ü", headers: ["Retry-After": "1"])
        #expect(response.headers["content-type"] == "application/json" && response.headers["retry-after"] == "1")
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"error":"a \"quoted\" \\ line\u000abreak, ü"}"#)
    }
}

struct HTTPMessageTests {
    @Test func `header names compare without regard to case`() {
        var headers: HTTPHeaders = ["Content-Type": "a"]
        headers.append("content-type", "b")
        #expect(headers["CONTENT-TYPE"] == "a")
        headers["Content-type"] = "c"
        #expect(headers.fields.map(\.value) == ["c"])
        headers["CONTENT-TYPE"] = nil
        #expect(headers.fields.isEmpty)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
    ])
    func `dates are written as HTTP wants them`(seconds: Int, text: String) {
        #expect(HTTPDate.string(secondsSince1970: seconds) == text)
    }

    @Test func `a lack of descriptors is told from a peer that has gone`() {
        for code: Int32 in [24, 23] {  // EMFILE, ENFILE
            guard case .exhausted = Socket.acceptFailed(code) else { return #expect(Bool(false), "\(code)") }
        }
        guard case .none = Socket.acceptFailed(4) else { return #expect(Bool(false), "EINTR") }
    }

    @Test func `deadlines are looked at often enough for the shortest of them`() {
        var limits = HTTPLimits()
        #expect(DeadlineSweep.interval(limits) == .milliseconds(250))
        limits.bodyTime = .milliseconds(80)
        #expect(DeadlineSweep.interval(limits) == .milliseconds(10))
        limits.idleTime = .zero
        #expect(DeadlineSweep.interval(limits) == .milliseconds(5))
    }
}
