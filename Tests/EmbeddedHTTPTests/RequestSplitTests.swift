import Foundation
import SeededRandom
import Testing

@testable import EmbeddedHTTP

/// How bytes are cut into packets is the network's choice and must not matter.
struct RequestSplitTests {
    private static let samples = [
        "GET /a?b=c HTTP/1.1\r\nHost: h\r\n\r\nGET /second HTTP/1.0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\nhello\r\nworl"
            + "\r\nDELETE /y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "PUT /z HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5;ext=1\r\nhello\r\n6\r\n\r\nabcd\r\n0\r\nT: 1\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n",
    ].map { Array($0.utf8) }

    @Test(arguments: samples)
    func `a request cut in two anywhere reads like the whole`(bytes: [UInt8]) {
        let whole = ParserScript.run(bytes)
        #expect(!whole.isEmpty)
        for cut in 0...bytes.count {
            #expect(ParserScript.run(pieces: [bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
    }

    @Test(arguments: samples)
    func `a request byte by byte reads like the whole`(bytes: [UInt8]) {
        #expect(ParserScript.run(bytes, piece: 1) == ParserScript.run(bytes))
    }

    @Test(arguments: 0..<400)
    func `a damaged request reads the same however it is cut`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var limits = HTTPLimits()
        limits.targetBytes = 12
        limits.headerBytes = 64
        limits.headerFields = 4
        limits.bodyBytes = 11
        var bytes = Self.samples.randomElement(using: &random)!
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(contentsOf: "\r\n :;,0".utf8.shuffled(using: &random).prefix(2), at: at)
            default: bytes.insert(contentsOf: bytes[at...].prefix(20), at: at)
            }
        }
        let whole = ParserScript.run(bytes, limits: limits)
        for piece in [1, 2, 3, 7, 64] {
            #expect(ParserScript.run(bytes, piece: piece, limits: limits) == whole, "pieces of \(piece), seed \(seed)")
        }
    }

    @Test func `a megabyte that comes in crumbs costs no more than its bytes`() {
        var parser = RequestParser(limits: HTTPLimits())
        parser.push(Array("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
        let crumb = Array("1\r\nx\r\n".utf8)
        let started = processorTime()
        for _ in 0..<200_000 {
            parser.push(crumb)
            while true { if case .needMore = parser.next() { break } }
        }
        parser.push(Array("0\r\n\r\n".utf8))
        guard case .request(let request, _) = parser.next() else { return #expect(Bool(false), "no request") }
        #expect(request.body.count == 200_000)
        // Copying the body for each crumb would take 200,000 times 100 kB on average: minutes of the processor.
        #expect(processorTime() - started < .seconds(20))
    }

    /// What this thread has computed: not what a busy machine kept it waiting for.
    private func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
