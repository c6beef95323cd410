import Testing

@testable import EmbeddedHTTP

struct RequestRefusalTests {
    private static let host = "Host: h\r\n"

    @Test(arguments: [
        "GET  / HTTP/1.1", "GET /", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "G(T / HTTP/1.1", "GET / http/1.1",
        "GET / HTTP/11", "GET / HTTP/1.1x", "GET a HTTP/1.1", "GET ftp://h/ HTTP/1.1", "GET http:/// HTTP/1.1",
        "GET /#top HTTP/1.1", "GET /%4 HTTP/1.1", "GET /%zz HTTP/1.1", "GET /a%00b HTTP/1.1", "GET /%ff HTTP/1.1",
        "GET /?a=%f HTTP/1.1", "GET /?a%00 HTTP/1.1", "GET /?a=%C3 HTTP/1.1", "GET /ü HTTP/1.1",
        "GET\t/ HTTP/1.1", "GET /\u{7F} HTTP/1.1", "GET http://u@h/ HTTP/1.1", "CONNECT h:80 HTTP/1.1",
        "AVERYLONGMETHODTHATISLONGERTHAN32 / HTTP/1.1", "\u{16}\u{3}\u{1}",
    ])
    func `a malformed request line is refused`(line: String) {
        #expect(ParserScript.refusal("\(line)\r\n\(Self.host)\r\n") == 400)
    }

    @Test(arguments: [
        "Host: h\r\n : x", "Host: h\r\nName : x", "Host: h\r\nName", "Host: h\r\n: x", "Host: h\r\nA: b\r\n folded",
        "Host: h\r\nA: b\r\n\tfolded", "Host: h\r\nNa me: x", "Host: h\r\nA: b\u{0}c", "Host: h\r\nA: b\u{8}",
        "Host: h\nA: b", "Host: h\rA: b", "A: b", "Host: a\r\nHost: b", "Host: a b", "Host: a/b", "Host: u@h",
    ])
    func `a malformed header is refused`(header: String) {
        #expect(ParserScript.refusal("GET / HTTP/1.1\r\n\(header)\r\n\r\n") == 400)
    }

    @Test(arguments: [
        "", " ", ":80", "a:99999", "a:65536", "a:-1", "a:+1", "a:8 0", "a:b", "a:80:80", "[::1", "[::1]80", "[::1]:x",
        "[]", "[1.2.3.4]", "[:::1]", "[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1]]", "::1", "a,b", "a, b", "u@h",
        "u:p@h",
        "a/b", "a?b", "a#b", "a b", "a%", "a%2", "a%zz", "a\\b", "<a>", "\"a\"", "[v1.x]", "ü",
    ])
    func `a Host that is no host and port is refused`(host: String) {
        #expect(ParserScript.refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == 400)
        #expect(ParserScript.refusal("GET / HTTP/1.0\r\nHost: \(host)\r\n\r\n") == 400)
    }

    @Test(arguments: [
        "a", "A.example", "a.", "a_b", "a-b", "127.0.0.1", "127.0.0.1:8080", "a:", "a:0", "a:65535", "a:00080", "[::1]",
        "[::1]:80", "[::ffff:1.2.3.4]:", "[2001:DB8::1]", "a%2Db", "1", "x(y)", "xn--bcher-kva.example",
    ])
    func `a Host is a name, a number or an IPv6 address, with or without a port`(host: String) {
        #expect(ParserScript.request("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") != nil)
        #expect(ParserScript.request("GET http://\(host)/x HTTP/1.1\r\nHost: \(host)\r\n\r\n") != nil)
    }

    @Test(arguments: [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", 400), ("Content-Length: 5\r\nContent-Length: 5", 400),
        ("Content-Length: 5, 5", 400), ("Content-Length: +5", 400), ("Content-Length: -1", 400),
        ("Content-Length:", 400), ("Content-Length: 0x5", 400), ("Content-Length: 5 5", 400),
        ("Content-Length: 99999999999999999999999", 413), ("Content-Length: 1048577", 413),
        ("Transfer-Encoding: gzip, chunked", 501), ("Transfer-Encoding: identity", 501),
        ("Transfer-Encoding: xchunked", 501), ("Transfer-Encoding: chunked, chunked", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400), ("Transfer-Encoding:", 400),
        ("X: y", 411),
    ])
    func `an ambiguous or unknown body length is refused`(header: String, status: Int) {
        #expect(ParserScript.refusal("POST / HTTP/1.1\r\n\(Self.host)\(header)\r\n\r\n") == status)
    }

    @Test(arguments: ["POST", "PUT", "PATCH"])
    func `a method that carries a body needs to say how long it is`(method: String) {
        #expect(ParserScript.refusal("\(method) / HTTP/1.1\r\n\(Self.host)\r\n") == 411)
        #expect(ParserScript.refusal("\(method) / HTTP/1.0\r\n\r\n") == 411)
    }

    @Test(arguments: ["GET", "DELETE", "HEAD", "OPTIONS"])
    func `other methods need not`(method: String) {
        #expect(ParserScript.request("\(method) / HTTP/1.1\r\n\(Self.host)\r\n") != nil)
    }

    @Test func `chunks need HTTP 1.1`() {
        #expect(ParserScript.refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400)
    }

    @Test(arguments: ["GET / HTTP/2.0", "PRI * HTTP/2.0", "GET / HTTP/0.9"])
    func `other versions are refused as such`(line: String) {
        #expect(ParserScript.refusal("\(line)\r\n\r\n") == 505)
    }

    @Test(arguments: [
        "x\r\n", "\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "-5\r\n", "0x5\r\nhello\r\n", "5\nhello\n",
        "5\r\nhello!\r\n", "5\r\nhelloX", "5;\u{1}\r\n", "0\r\nno trailer\r\n", "0\r\nA: b\r\n folded\r\n",
        "1;\(String(repeating: "x", count: 600))\r\n",
    ])
    func `malformed chunks are refused`(chunks: String) {
        let head = "POST / HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n"
        #expect(ParserScript.refusal(head + chunks) == 400)
    }

    @Test func `chunks over the limit are refused before they arrive`() {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        let head = "POST / HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n"
        #expect(ParserScript.refusal(head + "b\r\n", limits: limits) == 413)
        #expect(ParserScript.refusal(head + "6\r\nabcdef\r\n5\r\n", limits: limits) == 413)
        #expect(ParserScript.refusal(head + "ffffffffffffffffffff\r\n", limits: limits) == 413)
        #expect(ParserScript.request(head + "a\r\n0123456789\r\n0\r\n\r\n", limits: limits) != nil)
    }

    @Test func `extensions and trailers have their own bounds`() {
        var limits = HTTPLimits()
        limits.headerBytes = 100
        limits.headerFields = 3
        let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunk = "1;\(String(repeating: "x", count: 49))\r\na\r\n"
        #expect(ParserScript.request(head + chunk + chunk + "0\r\n\r\n", limits: limits) != nil)
        #expect(ParserScript.refusal(head + chunk + chunk + "1;x\r\n", limits: limits) == 400)
        #expect(ParserScript.refusal(head + "0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n", limits: limits) == 431)
        #expect(ParserScript.refusal(head + "0\r\nA: \(String(repeating: "x", count: 98))\r\n", limits: limits) == 431)
    }

    @Test func `targets, headers and bodies are taken up to their limit and not beyond`() {
        var limits = HTTPLimits()
        limits.targetBytes = 10
        limits.headerBytes = 20
        limits.headerFields = 2
        limits.bodyBytes = 5
        func answer(target: String = "/", headers: String) -> String {
            let words = ParserScript.run(Array("PUT \(target) HTTP/1.0\r\n\(headers)\r\n".utf8), limits: limits)
            return String(words.last?.prefix(4) ?? "")
        }
        let empty = "Content-Length:0\r\n"
        #expect(answer(target: "/234567890", headers: empty) == "PUT ")
        #expect(answer(target: "/2345678901", headers: empty) == "414 ")
        #expect(answer(target: "/" + String(repeating: "x", count: 100), headers: empty) == "414 ")
        #expect(answer(headers: empty + "A: b\r\n") == "PUT ")
        #expect(answer(headers: empty + "A: bc\r\n") == "431 ")
        #expect(answer(headers: empty + "A:\r\nB:\r\n") == "431 ")
        #expect(answer(headers: "Content-Length:5\r\n") == "head")
        #expect(answer(headers: "Content-Length:6\r\n") == "413 ")
    }

    @Test func `endless lines are refused without waiting for their end`() {
        let endless = String(repeating: "x", count: 20_000)
        #expect(ParserScript.refusal(endless) == 414)
        #expect(ParserScript.refusal("GET / HTTP/1.1\r\n" + endless) == 431)
    }

    @Test func `after a refusal nothing more is read`() {
        var parser = RequestParser(limits: HTTPLimits())
        parser.push(Array("nonsense\r\nGET / HTTP/1.0\r\n\r\n".utf8))
        guard case .reject(let first) = parser.next() else { return #expect(Bool(false), "nonsense was accepted") }
        parser.push(Array("GET / HTTP/1.0\r\n\r\n".utf8))
        guard case .reject(let second) = parser.next() else { return #expect(Bool(false), "read on after a refusal") }
        #expect(first == second)
        #expect(parser.buffered == 0)
    }
}
