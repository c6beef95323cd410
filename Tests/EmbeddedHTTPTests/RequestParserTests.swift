import Testing

@testable import EmbeddedHTTP

struct RequestParserTests {
    @Test func `a request is read with its path, query, headers and body`() throws {
        let request = try #require(
            ParserScript.request(
                "POST /hooks/down%20town/a+b/?q=1&name=J%C3%BCrgen+M&empty=&bare HTTP/1.1\r\n"
                    + "Host: localhost:8080\r\nX-One:  a b\t\r\nx-one: second\r\nContent-Length: 5\r\n\r\nhello"))

        #expect(request.method == "POST")
        #expect(request.path == ["hooks", "down town", "a+b", ""])
        #expect(request.query.map(\.name) == ["q", "name", "empty", "bare"])
        #expect(request.query.map(\.value) == ["1", "Jürgen M", "", ""])
        #expect(request.headers["X-ONE"] == "a b")
        #expect(request.headers.fields.map(\.name) == ["Host", "X-One", "x-one", "Content-Length"])
        #expect(request.body == Array("hello".utf8))
    }

    @Test(arguments: [
        ("/", []), ("/a", ["a"]), ("/a/", ["a", ""]), ("//a", ["", "a"]), ("/a%2Fb/c", ["a/b", "c"]),
        ("/../x", ["..", "x"]), ("http://host:80/a/b", ["a", "b"]), ("HTTPS://host", []), ("http://h?x=1", []),
        ("/contacts/1:applyTags", ["contacts", "1:applyTags"]),
    ])
    func `a target becomes path segments`(target: String, path: [String]) throws {
        let request = try #require(ParserScript.request("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n"))
        #expect(request.path == path)
    }

    @Test func `the query of a URL without a path is kept`() throws {
        let request = try #require(ParserScript.request("GET http://h?x=%26 HTTP/1.1\r\nHost: h\r\n\r\n"))
        #expect(request.query.map(\.name) == ["x"])
        #expect(request.query.map(\.value) == ["&"])
    }

    @Test func `OPTIONS may ask about the server as a whole`() throws {
        #expect(ParserScript.request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")?.path == ["*"])
        #expect(ParserScript.refusal("GET * HTTP/1.1\r\nHost: h\r\n\r\n") == 400)
    }

    @Test func `chunks are joined, their extensions and trailers dropped`() throws {
        let request = try #require(
            ParserScript.request(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                    + "5;name=\"v\"\r\nhello\r\n00a\r\n, 12345678\r\n0\r\nX-Trailer: 1\r\n\r\n"))
        #expect(request.body == Array("hello, 12345678".utf8))
        #expect(request.headers["X-Trailer"] == nil)
    }

    @Test func `requests behind each other come out in order`() {
        let words = ParserScript.run(
            Array(
                ("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n" + "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
                    + "\r\nGET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").utf8))
        #expect(words.map { $0.prefix(8) } == [#"GET ["1""#, "head", #"POST ["2"#, #"GET ["3""#])
        #expect(words[0].hasSuffix("keepsOpen"))
        #expect(words[3].hasSuffix("closes"))
    }

    @Test(arguments: [
        ("HTTP/1.1", "", Persistence.keepsOpen), ("HTTP/1.1", "keep-alive, Close", .closes), ("HTTP/1.0", "", .closes),
        ("HTTP/1.0", "Keep-Alive", .saysKeepAlive), ("HTTP/1.0", "keep-alive, close", .closes),
        ("HTTP/1.7", "", .keepsOpen),
    ])
    func `a connection persists as its version and header say`(version: String, header: String, expected: Persistence) {
        let words = ParserScript.run(
            Array("GET / \(version)\r\nHost: h\r\nConnection: \(header)\r\n\r\n".utf8))
        #expect(words.count == 1 && words[0].hasSuffix("\(expected)"))
    }

    @Test func `a peer that waits for leave to send its body is told so, once there is a body`() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: "
        #expect(ParserScript.run(Array((head + "3\r\n\r\n").utf8)) == ["head, expects continue"])
        #expect(ParserScript.run(Array((head + "0\r\n\r\n").utf8)).count == 1)
        #expect(ParserScript.refusal("GET / HTTP/1.1\r\nHost: h\r\nExpect: miracles\r\n\r\n") == 417)
        #expect(ParserScript.request("GET / HTTP/1.0\r\nExpect: miracles\r\n\r\n") != nil)
    }

    @Test func `one empty line before a request is forgiven, two are not`() {
        #expect(ParserScript.request("\r\nGET / HTTP/1.0\r\n\r\n") != nil)
        #expect(ParserScript.refusal("\r\n\r\nGET / HTTP/1.0\r\n\r\n") == 400)
    }

    @Test func `header values are UTF-8, or Latin-1 where they are not`() {
        func value(_ bytes: [UInt8]) -> String {
            ParserScript.run(Array("GET / HTTP/1.0\r\nX: ".utf8) + bytes + Array("\r\n\r\n".utf8)).joined()
        }
        #expect(value(Array("ü".utf8)).contains("X: ü"))
        #expect(value([0xFC]).contains("X: ü"))
    }

    /// A request is either complete, with exactly these bytes used, or nothing has been said.
    @Test func `a body is complete with its last byte`() {
        let bytes = Array("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd".utf8)
        #expect(ParserScript.run(Array(bytes.dropLast())) == ["head"])
        #expect(ParserScript.run(bytes).count == 2)
    }
}
