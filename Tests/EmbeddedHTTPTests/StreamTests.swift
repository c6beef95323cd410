import EmbeddedHTTP
import Synchronization
import Testing

@testable import EmbeddedHTTP

struct StreamStepTests {
    private let start = ContinuousClock.now
    private let get = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)

    private func at(_ seconds: Int) -> Exchange.Instant { start + .seconds(seconds) }

    private func word(_ step: Exchange.Step) -> String {
        switch step {
        case .wait: "wait"
        case .sendContinue: "continue"
        case .handle: "handle"
        case .cancelHandler: "cancel"
        case .send(let reply): "send \(reply.response.status) \(reply.persistence)"
        case .next: "next"
        case .sendPiece(let bytes): "piece \(String(decoding: bytes, as: UTF8.self))"
        case .shutdown: "shutdown"
        case .close: "close"
        case .reset: "reset"
        }
    }

    /// With the head of its answer on its way.
    private func streaming(_ method: String = "GET") -> (Exchange, head: Exchange.Step) {
        var exchange = Exchange(limits: HTTPLimits(), now: start)
        _ = exchange.received(Array("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n".utf8), now: start)
        let stream = HTTPStream(headers: ["Content-Type": "text/event-stream"]) { nil }
        let head = exchange.answered(.stream(stream), now: start)
        return (exchange, head)
    }

    @Test func `a stream is asked for its next bytes only once the peer took those before`() {
        var (exchange, head) = streaming()
        #expect(word(head) == "send 200 closes")
        #expect(word(exchange.produced(Array("early".utf8), now: start)) == "wait", "none was asked for")
        #expect(word(exchange.sent(now: start)) == "next")
        #expect(exchange.deadline == nil, "a quiet stream lives on")
        #expect(word(exchange.produced(Array("a".utf8), now: at(500))) == "piece a")
        #expect(exchange.deadline == at(530))
        #expect(word(exchange.sent(now: at(501))) == "next")
        #expect(word(exchange.produced(nil, now: at(502))) == "shutdown")
        #expect(word(exchange.ended(now: at(502))) == "close")
    }

    @Test func `a peer that does not take the bytes is let go`() {
        var (exchange, _) = streaming()
        _ = exchange.sent(now: start)
        _ = exchange.produced(Array("a".utf8), now: at(100))
        #expect(word(exchange.expire(now: at(129))) == "wait")
        #expect(word(exchange.expire(now: at(130))) == "reset")
        #expect(word(exchange.produced(Array("b".utf8), now: at(131))) == "wait")
    }

    @Test func `a stop ends a quiet stream at once, and a busy one behind its bytes`() {
        var (quiet, _) = streaming()
        _ = quiet.sent(now: start)
        #expect(word(quiet.stop(now: start)) == "shutdown")
        #expect(word(quiet.produced(Array("late".utf8), now: start)) == "wait")

        var (busy, _) = streaming()
        #expect(word(busy.stop(now: start)) == "wait")
        #expect(word(busy.sent(now: start)) == "shutdown")
    }

    @Test func `a peer that ends its side, or asks for more, gets nothing more`() {
        var (exchange, _) = streaming()
        _ = exchange.sent(now: start)
        #expect(word(exchange.received(get, now: start)) == "wait")
        #expect(exchange.held == 0 && exchange.wantsBytes)
        #expect(word(exchange.ended(now: start)) == "close")
    }

    @Test func `the head alone has the stream's headers and no length`() throws {
        var (exchange, head) = streaming("HEAD")
        guard case .send(let reply) = head else {
            Issue.record("nothing is sent")
            return
        }
        let text = String(decoding: reply.encoded(date: "now"), as: UTF8.self)
        #expect(text.contains("Content-Type: text/event-stream") && text.contains("Connection: close"))
        #expect(!text.contains("Content-Length") && text.hasSuffix("\r\n\r\n"))
        #expect(word(exchange.sent(now: start)) == "shutdown")
    }
}

@Suite(.timeLimit(.minutes(30)))
struct StreamTests {
    private static let loopback = ListenAddress(host: "127.0.0.1", port: 0)
    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    /// Runs a server that answers each request with the stream's pieces.
    private func withServer(
        _ limits: HTTPLimits = .patient, next: @escaping @Sendable () async -> [UInt8]?,
        _ body: (_ port: Int, _ server: HTTPServer) async throws -> Void
    ) async throws {
        let server = HTTPServer(listen: Self.loopback, limits: limits) { _ in
            .stream(HTTPStream(headers: ["Content-Type": "text/plain"], next: next))
        }
        let port = try server.start()
        do {
            try await body(port, server)
        } catch {
            await server.stop(grace: .zero)
            throw error
        }
        await server.stop(grace: .zero)
    }

    @Test func `pieces come one after the other, and the connection ends behind the last`() async throws {
        let left = Mutex(["a", "bc", "def"][...])
        try await withServer(next: { left.withLock { $0.popFirst() }.map { Array($0.utf8) } }) { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send(Self.get)
            let all = try await client.rest()
            #expect(all.hasPrefix("HTTP/1.1 200 OK\r\n") && all.hasSuffix("\r\n\r\nabcdef"))
            #expect(!all.contains("Content-Length"))
        }
    }

    @Test func `a peer that goes cancels what makes the next bytes`() async throws {
        let (asked, cancelled) = (Latch(), Latch())
        try await withServer(
            next: {
                asked.open()
                await Latch().passedOrCancelled()
                cancelled.open()
                return nil
            }
        ) { port, server in
            var client: TestClient? = try await TestClient.connect(port)
            try await client?.send(Self.get)
            await asked.passed()
            client = nil
            await cancelled.passed()
            await server.connectionsClosed()
        }
    }

    @Test func `a stop ends a stream that waits, without the grace`() async throws {
        let asked = Latch()
        try await withServer(
            next: {
                asked.open()
                await Latch().passedOrCancelled()
                return Array("too late".utf8)
            }
        ) { port, server in
            let client = try await TestClient.connect(port)
            try await client.send(Self.get)
            await asked.passed()
            async let stopped: Void = server.stop(grace: .seconds(3_600))
            #expect(try await client.rest().hasSuffix("\r\n\r\n"))
            client.finishSending()
            await stopped
        }
    }

    @Test func `a reader that never reads is sent what the system takes, and holds no stop`() async throws {
        let asked = Atomic(0)
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        let isFull = Latch()
        try await withServer(
            next: {
                // The system's buffers hold a few pieces; then none is asked for any more.
                if asked.wrappingAdd(1, ordering: .relaxed).newValue == 2 { isFull.open() }
                return piece
            }
        ) { port, server in
            let client = try await TestClient.connect(port)
            try await client.send(Self.get)
            await isFull.passed()
            await server.stop(grace: .zero)
            let count = asked.load(ordering: .relaxed)
            #expect(count < 64, "\(count) pieces of 1 MiB were made for a peer that reads none")
            withExtendedLifetime(client) {}
        }
    }

    @Test func `streams are counted, and the next is told so while others are answered`() async throws {
        var limits = HTTPLimits.patient
        limits.streams = 2
        let waiting = Mutex(0)
        let bothWait = Latch()
        let server = HTTPServer(listen: Self.loopback, limits: limits) { request in
            guard request.path.isEmpty else { return .response(HTTPResponse(status: 200)) }
            return .stream(
                HTTPStream(headers: [:]) {
                    if waiting.withLock({
                        $0 += 1; return $0
                    }) == 2 {
                        bothWait.open()
                    }
                    await Latch().passedOrCancelled()
                    return nil
                })
        }
        let port = try server.start()
        var first: TestClient? = try await TestClient.connect(port)
        let second = try await TestClient.connect(port)
        try await first?.send(Self.get)
        try await second.send(Self.get)
        await bothWait.passed()
        let third = try await TestClient.connect(port)
        try await third.send(Self.get)
        let refused = try await third.answer()
        #expect(refused.status == 503 && refused.head.contains("Retry-After"))
        try await third.send("GET /page HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await third.answer().status == 200)
        // A place that is left is free again.
        first = nil
        while true {
            let next = try await TestClient.connect(port)
            try await next.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            if try await next.answer(isForHead: true).status == 200 { break }
        }
        await server.stop(grace: .zero)
    }
}
