import Testing

@testable import EmbeddedHTTP

struct ExchangeTests {
    private let start = ContinuousClock.now
    private let get = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
    private let ok = HTTPAnswer.response(HTTPResponse(status: 200))

    /// A step in a word.
    private func word(_ step: Exchange.Step) -> String {
        switch step {
        case .wait: "wait"
        case .sendContinue: "continue"
        case .handle(let request): "handle \(request.path)"
        case .cancelHandler: "cancel"
        case .send(let reply): "send \(reply.response.status) \(reply.persistence)"
        case .next: "next"
        case .sendPiece(let bytes): "piece \(bytes)"
        case .shutdown: "shutdown"
        case .close: "close"
        case .reset: "reset"
        }
    }

    private func at(_ seconds: Int) -> Exchange.Instant { start + .seconds(seconds) }

    @Test func `requests sent ahead are answered one by one, in order`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        let pair = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"

        #expect(word(exchange.received(Array(pair.utf8), now: start)) == #"handle ["1"]"#)
        #expect(word(exchange.answered(ok, now: start)) == "send 200 keepsOpen")
        #expect(word(exchange.sent(now: start)) == #"handle ["2"]"#)
        #expect(word(exchange.answered(ok, now: start)) == "send 200 keepsOpen")
        #expect(word(exchange.sent(now: start)) == "wait")
    }

    @Test func `a header that does not end in time is answered 408`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        #expect(word(exchange.received(get.dropLast(), now: at(9))) == "wait")
        #expect(exchange.deadline == at(10))
        #expect(word(exchange.expire(now: at(9))) == "wait")
        #expect(word(exchange.expire(now: at(10))) == "send 408 closes")
        #expect(word(exchange.sent(now: at(10))) == "shutdown")
    }

    @Test func `a connection that says nothing is closed without a word`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        #expect(word(exchange.expire(now: at(10))) == "close")
    }

    @Test func `a body has its own time, and a peer that waits for leave to send it gets it`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        #expect(word(exchange.received(Array(head.utf8), now: at(9))) == "continue")
        #expect(word(exchange.sent(now: at(9))) == "wait")
        #expect(word(exchange.received([1], now: at(38))) == "wait")
        #expect(word(exchange.expire(now: at(38))) == "wait")
        #expect(word(exchange.expire(now: at(39))) == "send 408 closes")
    }

    @Test func `no leave is given for a body that is here already, or too large`() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: "
        var early = Exchange(limits: HTTPLimits(), now: start)
        #expect(word(early.received(Array((head + "2\r\n\r\n1").utf8), now: start)) == "wait")
        var large = Exchange(limits: HTTPLimits(), now: start)
        #expect(word(large.received(Array((head + "2000000\r\n\r\n").utf8), now: start)) == "send 413 closes")
    }

    @Test func `an idle connection is closed after its time, a new request has its own`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(get, now: start)
        _ = exchange.answered(ok, now: start)
        _ = exchange.sent(now: start)
        #expect(exchange.deadline == at(60))
        #expect(word(exchange.received(get.prefix(3), now: at(59))) == "wait")
        #expect(exchange.deadline == at(69))
        #expect(word(exchange.received(get.dropFirst(3), now: at(60))) == "handle []")
        _ = exchange.answered(ok, now: at(60))
        _ = exchange.sent(now: at(60))
        #expect(word(exchange.expire(now: at(120))) == "close")
    }

    @Test func `a handler has no deadline, a peer that does not take the answer has one`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(get, now: start)
        #expect(exchange.deadline == nil)
        _ = exchange.answered(ok, now: at(1_000))
        #expect(word(exchange.expire(now: at(1_029))) == "wait")
        #expect(word(exchange.expire(now: at(1_030))) == "reset")
        #expect(word(exchange.sent(now: at(1_030))) == "wait")
    }

    @Test func `after the last answer the peer's bytes are thrown away until it ends or the time is over`() {
        var ends = Exchange(limits: HTTPLimits(), now: start)
        #expect(word(ends.received(Array("nonsense\r\n".utf8), now: start)) == "send 400 closes")
        #expect(word(ends.sent(now: start)) == "shutdown")
        #expect(ends.wantsBytes)
        #expect(word(ends.received(get, now: start)) == "wait")
        var lingers = ends
        #expect(word(ends.ended(now: start)) == "close")
        #expect(word(lingers.expire(now: at(2))) == "close")
        #expect(word(lingers.ended(now: at(2))) == "wait")
    }

    @Test func `a peer that ends between requests is disconnected at once`() {
        var idle = Exchange(limits: HTTPLimits(), now: start)
        #expect(word(idle.ended(now: start)) == "close")
        var partial = Exchange(limits: HTTPLimits(), now: start)
        _ = partial.received(get.dropLast(), now: start)
        #expect(word(partial.ended(now: start)) == "close")
    }

    @Test func `a peer that ends while a handler works has it cancelled, and still gets the answers it asked for`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(get + get, now: start)
        #expect(word(exchange.ended(now: start)) == "cancel")
        #expect(!exchange.wantsBytes)
        #expect(word(exchange.answered(ok, now: start)) == "send 200 keepsOpen")
        #expect(word(exchange.sent(now: start)) == "handle []")
        #expect(word(exchange.answered(ok, now: start)) == "send 200 keepsOpen")
        #expect(word(exchange.sent(now: start)) == "close")
    }

    @Test func `half a request behind the last whole one ends with the peer`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(get + get.dropLast(), now: start)
        _ = exchange.ended(now: start)
        _ = exchange.answered(ok, now: start)
        #expect(word(exchange.sent(now: start)) == "close")
    }

    @Test func `stopping closes what is idle and lets what is in hand finish`() {
        var fresh = Exchange(limits: HTTPLimits(), now: start)
        #expect(word(fresh.stop(now: start)) == "close")

        var busy = Exchange(limits: HTTPLimits(), now: start)
        _ = busy.received(get, now: start)
        #expect(word(busy.stop(now: start)) == "wait")
        #expect(word(busy.answered(ok, now: start)) == "send 200 closes")

        var arriving = Exchange(limits: HTTPLimits(), now: start)
        _ = arriving.received(get.dropLast(), now: start)
        #expect(word(arriving.stop(now: start)) == "wait")
        #expect(word(arriving.received(get.suffix(1), now: start)) == "handle []")

        var sending = Exchange(limits: HTTPLimits(), now: start)
        _ = sending.received(get, now: start)
        _ = sending.answered(ok, now: start)
        #expect(word(sending.stop(now: start)) == "wait")
        #expect(word(sending.sent(now: start)) == "close")
    }

    @Test func `a connection on which all was said is never reset`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(Array("nonsense\r\n".utf8), now: start)
        _ = exchange.sent(now: start)
        #expect(word(exchange.stop(now: start)) == "wait")
        #expect(exchange.deadline == at(2))
        #expect(word(exchange.abort()) == "close")
    }

    @Test func `a handler may ask for a reset or for closing`() {
        var reset = Exchange(limits: HTTPLimits(), now: start)
        _ = reset.received(get, now: start)
        #expect(word(reset.answered(.reset, now: start)) == "reset")

        var closing = Exchange(limits: HTTPLimits(), now: start)
        _ = closing.received(get, now: start)
        let answer = HTTPAnswer.response(HTTPResponse(status: 200, headers: ["connection": "Close"]))
        #expect(word(closing.answered(answer, now: start)) == "send 200 closes")
    }

    @Test func `an answer that comes after the end is dropped`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(get, now: start)
        #expect(word(exchange.abort()) == "reset")
        #expect(word(exchange.answered(ok, now: start)) == "wait")
        #expect(word(exchange.abort()) == "wait")
        #expect(exchange.deadline == nil && !exchange.wantsBytes)
    }

    @Test func `what comes ahead of an answer is kept only up to a bound`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(get, now: start)
        #expect(exchange.wantsBytes)
        _ = exchange.received(Array(repeating: UInt8(ascii: "x"), count: 16 * 1_024), now: start)
        #expect(!exchange.wantsBytes)
    }

    @Test func `one connection too many is told so`() {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        guard case .send(let reply) = exchange.refuse(now: start) else { return #expect(Bool(false), "not refused") }
        #expect(reply.response.status == 503 && reply.response.headers["Retry-After"] == "1")
        #expect(word(exchange.sent(now: start)) == "shutdown")
    }
}
