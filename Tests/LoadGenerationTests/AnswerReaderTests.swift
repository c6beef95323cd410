import Testing

@testable import LoadGeneration

struct AnswerReaderTests {
    private static let accepted =
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\ncontent-length: 11\r\n\r\n{\"job\":\"7\"}"

    @Test func `an answer is read in whatever pieces it comes`() throws {
        let bytes = Array(Self.accepted.utf8)
        for cut in 1..<bytes.count {
            let reader = Stepped()
            #expect(try reader.read(bytes[..<cut]) == nil)
            let answer = try reader.read(bytes[cut...])
            #expect(answer == LoadAnswer(status: 202, body: Array("{\"job\":\"7\"}".utf8), closes: false))
            #expect(try reader.read(bytes)?.status == 202)
        }
    }

    @Test func `an answer without a body, one that closes, and one that was announced`() throws {
        let reader = Stepped()
        #expect(try reader.read(Array("HTTP/1.1 204 No Content\r\n\r\n".utf8))?.body == [])
        let last = "HTTP/1.1 503 Service Unavailable\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"
        #expect(try reader.read(Array(last.utf8)) == LoadAnswer(status: 503, body: [], closes: true))
        #expect(try reader.read(Array(("HTTP/1.1 100 Continue\r\n\r\n" + Self.accepted).utf8))?.status == 202)
    }

    @Test(arguments: [
        "HTTP/2 200\r\n\r\n", "nonsense\r\n\r\n", "HTTP/1.1 xyz\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
        "\r\n\r\n",
    ])
    func `anything else breaks the connection, and nothing else`(_ text: String) {
        let reader = Stepped()
        #expect(throws: AnswerReader.Malformed.self) { try reader.read(Array(text.utf8)) }
    }

    @Test(arguments: [
        (AnswerFormat.lines, "INSERTED 7\r\n", 200), (.lines, "-no\r\n", 500), (.resp, ":12\r\n", 200),
        (.resp, "$5\r\na\r\nb\r\r\n", 200), (.resp, "$-1\r\n", 200), (.resp, "$0\r\n\r\n", 200),
        (.beanstalk, "RESERVED 3 4\r\nab\r\n\r\n", 200), (.beanstalk, "DELETED\r\n", 200),
    ])
    func `answers of other protocols are told apart by their lines`(
        _ format: AnswerFormat, _ text: String, _ status: Int
    ) throws {
        let reader = Stepped(format)
        for byte in text.utf8.dropLast() { #expect(try reader.read([byte]) == nil) }
        let answer = try reader.read([10])
        #expect(answer == LoadAnswer(status: status, body: Array(text.utf8), closes: false))
        #expect(throws: AnswerReader.Malformed.self) { try reader.read(Array((text + "x").utf8)) }
    }

    @Test func `a head without an end is not kept for ever`() {
        let reader = Stepped()
        let piece = [UInt8](repeating: 97, count: 1 << 19)
        #expect(throws: AnswerReader.Malformed.self) { for _ in 0..<3 { _ = try reader.read(piece) } }
    }
}

/// A reader that may be asked within an expectation.
private final class Stepped {
    private var reader: AnswerReader
    init(_ format: AnswerFormat = .http) { reader = AnswerReader(format) }
    func read(_ bytes: some Collection<UInt8>) throws(AnswerReader.Malformed) -> LoadAnswer? { try reader.read(bytes) }
}
