import Dispatch
import Synchronization
import Testing

@testable import EmbeddedHTTP

@Suite(.timeLimit(.minutes(30)))
struct HTTPServerTests {
    private static let loopback = ListenAddress(host: "127.0.0.1", port: 0)

    /// Answers with what was asked.
    private static let echo: @Sendable (HTTPRequest) async -> HTTPAnswer = { request in
        let text = "\(request.method) /\(request.path.joined(separator: "/")) \(request.body.count)"
        return .response(HTTPResponse(status: 200, body: Array(text.utf8)))
    }

    /// Runs a server around `body`, and stops it.
    private func withServer(
        limits: HTTPLimits = .patient, answersOnLoop: Bool = false,
        handler: @escaping @Sendable (HTTPRequest) async -> HTTPAnswer = echo,
        _ body: (_ port: Int, _ server: HTTPServer) async throws -> Void
    ) async throws {
        let server = HTTPServer(
            listen: Self.loopback, limits: limits, answersOnLoop: answersOnLoop, handler: handler)
        let port = try server.start()
        do {
            try await body(port, server)
        } catch {
            await server.stop(grace: .zero)
            throw error
        }
        await server.stop(grace: .zero)
    }

    @Test(arguments: [false, true])
    func `requests are answered one after another on one connection`(answersOnLoop: Bool) async throws {
        try await withServer(answersOnLoop: answersOnLoop) { port, _ in
            let client = try await TestClient.connect(port)
            for number in 1...3 {
                try await client.send("POST /n/\(number) HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
                let answer = try await client.answer()
                #expect(answer.status == 200 && answer.body == "POST /n/\(number) 2")
                #expect(answer.head.contains("\r\nDate: ") && answer.head.contains(" GMT\r\n"))
            }
        }
    }

    @Test(arguments: [false, true])
    func `requests sent ahead are answered in order, also after the peer's last word`(answersOnLoop: Bool) async throws
    {
        try await withServer(answersOnLoop: answersOnLoop) { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send((1...50).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
            client.finishSending()
            // A body is followed directly by the next status line.
            let bodies = try await client.rest().split(separator: "\r\n").filter { $0.hasPrefix("GET /") }
            #expect(bodies.count == 50)
            for (index, body) in bodies.enumerated() { #expect(body.hasPrefix("GET /\(index + 1) 0")) }
        }
    }

    @Test func `a handler can answer on the thread of the socket, also after waiting for an actor or another thread`()
        async throws
    {
        actor Counter {
            var count = 0
            func next() -> Int {
                count += 1
                return count
            }
        }
        let counter = Counter()
        try await withServer(
            answersOnLoop: true,
            handler: { request in
                // Leaves the loop's thread for one of Dispatch's.
                await withCheckedContinuation { continuation in
                    DispatchQueue.global().async { continuation.resume() }
                }
                let count = await counter.next()
                return .response(HTTPResponse(status: 200, body: Array("\(count) \(request.path[0])".utf8)))
            }
        ) { port, _ in
            try await withThrowingTaskGroup { group in
                for number in 0..<8 {
                    group.addTask {
                        let client = try await TestClient.connect(port)
                        try await client.send(
                            (0..<20).map { "GET /\(number)-\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
                        for turn in 0..<20 {
                            #expect(try await client.answer().body.hasSuffix(" \(number)-\(turn)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(await counter.count == 160)
    }

    @Test func `HEAD is answered like GET, without the body`() async throws {
        try await withServer { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await client.answer(isForHead: true).head.contains("Content-Length: 9\r\n"))
            #expect(try await client.answer().body == "GET /y 0")
        }
    }

    @Test(arguments: [false, true])
    func `a body of a megabyte and an answer of eight pass`(answersOnLoop: Bool) async throws {
        let big = [UInt8](repeating: UInt8(ascii: "z"), count: 8 << 20)
        try await withServer(
            answersOnLoop: answersOnLoop,
            handler: { request in
                .response(HTTPResponse(status: 200, headers: ["X-Got": "\(request.body.count)"], body: big))
            }
        ) { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n")
            try await client.send([UInt8](repeating: 1, count: 1 << 20))
            let text = try await client.rest()
            #expect(text.contains("X-Got: 1048576\r\n"))
            #expect(text.utf8.count { $0 == UInt8(ascii: "z") } == big.count)
        }
    }

    @Test func `a refusal reaches a peer that is still sending`() async throws {
        try await withServer { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n")
            try await client.send([UInt8](repeating: 1, count: 3_000_000))
            client.finishSending()
            let text = try await client.rest()
            #expect(text.hasPrefix("HTTP/1.1 413 ") && text.contains("Connection: close\r\n"))
            #expect(text.hasSuffix(#"{"error":"the body is larger than 1048576 bytes"}"#))
        }
    }

    @Test func `a peer that waits for leave to send its body gets it`() async throws {
        try await withServer { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.answer().status == 100)
            try await client.send("hi")
            #expect(try await client.answer().body == "PUT / 2")
        }
    }

    @Test func `HTTP 1.0 is answered and closed, unless it asks otherwise`() async throws {
        try await withServer { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.answer().head.contains("Connection: keep-alive\r\n"))
            try await client.send("GET /2 HTTP/1.0\r\n\r\n")
            #expect(try await client.rest().hasSuffix("Connection: close\r\n\r\nGET /2 0"))
        }
    }

    enum Time { case header, body, idle }

    @Test(arguments: [
        (Time.header, "", ""),
        (.body, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh", "HTTP/1.1 408"),
        (.idle, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200"),
    ])
    func `a peer that is slow, or has nothing more to say, is disconnected`(
        time: Time, text: String, answer: String
    ) async throws {
        var limits = HTTPLimits.patient
        switch time {
        // It begins with the connection, so only a client that says nothing meets it for certain.
        case .header: limits.headerTime = .milliseconds(20)
        case .body: limits.bodyTime = .milliseconds(20)
        case .idle: limits.idleTime = .milliseconds(20)
        }
        try await withServer(limits: limits) { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send(text)
            #expect(try await client.rest().prefix(12) == answer)
        }
    }

    @Test func `a request that came in time is answered, however late its loop gets to it`() async throws {
        var limits = HTTPLimits.patient
        limits.headerTime = .milliseconds(40)
        let server = HTTPServer(listen: Self.loopback, limits: limits, handler: Self.echo)
        let port = try server.start()
        let release = DispatchSemaphore(value: 0)
        server.loops[1].queue.async { release.wait() }
        // Connections are dealt to the two loops by turns, and the first of the loops also accepts them.
        let first = try await TestClient.connect(port)
        let late = try await TestClient.connect(port)
        try await late.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n")
        // It is on the loop that goes on, and the last: when its time is over, that of the others is too.
        let last = try await TestClient.connect(port)
        #expect(try await [first.rest(), last.rest()] == ["", ""])
        release.signal()
        #expect(try await late.answer().body == "GET /late 0")
        await server.stop(grace: .zero)
    }

    @Test func `a peer that does not take its answer is reset`() async throws {
        var limits = HTTPLimits.patient
        limits.sendTime = .milliseconds(60)
        // More than both ends' buffers hold.
        let huge = [UInt8](repeating: 7, count: 64 << 20)
        try await withServer(
            limits: limits, handler: { _ in .response(HTTPResponse(status: 200, body: huge)) }
        ) { port, server in
            let client = try await TestClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            await server.connectionsClosed()
            await #expect(throws: TestClient.Failure.self) { try await client.rest() }
        }
    }

    @Test func `connections beyond the limit are told 503 while all others are at work, and served when there is room`()
        async throws
    {
        var limits = HTTPLimits.patient
        limits.connections = 1
        let started = Latch()
        let release = Latch()
        let slow: @Sendable (HTTPRequest) async -> HTTPAnswer = { request in
            if request.path == ["1"] {
                started.open()
                await release.passed()
            }
            return await Self.echo(request)
        }
        try await withServer(limits: limits, handler: slow) { port, server in
            do {
                let first = try await TestClient.connect(port)
                try await first.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
                await started.passed()
                let second = try await TestClient.connect(port)
                let text = try await second.rest()
                #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("Retry-After: 1\r\n"))
                release.open()
                #expect(try await first.answer().body == "GET /1 0")
            }
            await server.connectionsClosed()
            let third = try await TestClient.connect(port)
            try await third.send("GET /3 HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try await third.answer().body == "GET /3 0")
        }
    }

    @Test func `a crowd of idle connections keeps no request out`() async throws {
        var limits = HTTPLimits.patient
        limits.connections = 4
        try await withServer(limits: limits) { port, _ in
            var idle: [TestClient] = []
            for number in 0..<40 {
                let client = try await TestClient.connect(port)
                // Some have been served before, some have never said anything.
                if number.isMultiple(of: 2) {
                    try await client.send("GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n")
                    #expect(try await client.answer().body == "GET /\(number) 0")
                } else if idle.count >= limits.connections {
                    // The longest idle one has gone for it.
                    #expect(try await idle[number - limits.connections].rest() == "")
                }
                idle.append(client)
            }
        }
    }

    @Test func `a crowd that comes at once drops no request behind it`() async throws {
        var limits = HTTPLimits.patient
        limits.connections = 4
        try await withServer(limits: limits) { port, _ in
            var idle: [TestClient] = []
            for _ in 0..<200 { idle.append(try await TestClient.connect(port)) }
            for number in 0..<20 {
                let client = try await TestClient.connect(port)
                try await client.send("GET /\(number) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try await client.answer().body == "GET /\(number) 0")
                idle.append(client)
            }
        }
    }

    @Test func `a request that its head tells to be refused is answered before its body comes, and closed`()
        async throws
    {
        let server = HTTPServer(
            listen: Self.loopback, limits: .patient,
            judge: { head in
                head.path == ["in"] ? .read(isVerified: true) : .refuse(.error(401, "no", headers: ["X-Why": "head"]))
            }, handler: Self.echo)
        let port = try server.start()
        let client = try await TestClient.connect(port)
        try await client.send("POST /in HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
        #expect(try await client.answer().body == "POST /in 2")
        try await client.send("POST /out HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.status == 401 && answer.head.contains("X-Why: head\r\nConnection: close") == false)
        #expect(answer.head.contains("X-Why: head\r\n") && answer.head.contains("Connection: close\r\n"))
        // What it sends all the same is thrown away.
        try await client.send([UInt8](repeating: 7, count: 1 << 20))
        client.finishSending()
        #expect(try await client.rest() == "")
        await server.stop(grace: .zero)
    }

    @Test func `bodies over the limit of all together are refused with 503, and strangers leave half of it`()
        async throws
    {
        var limits = HTTPLimits.patient
        limits.heldBytes = 200_000
        let server = HTTPServer(
            listen: Self.loopback, limits: limits,
            judge: { .read(isVerified: $0.path == ["known"]) }, handler: Self.echo)
        let port = try server.start()
        func begin(_ path: String, _ count: Int) async throws -> TestClient {
            let client = try await TestClient.connect(port)
            try await client.send(
                "POST /\(path) HTTP/1.1\r\nHost: h\r\nContent-Length: 150000\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.answer().status == 100)
            try await client.send([UInt8](repeating: 7, count: count))
            return client
        }
        let stranger = try await begin("stranger", 110_000)
        let refused = try await stranger.answer()
        #expect(refused.status == 503 && refused.head.contains("Retry-After: 1\r\n"))
        let first = try await begin("known", 149_999)
        // Connections are dealt to two loops by turns: these two get one, since side by side both might be refused.
        let between = try await TestClient.connect(port)
        let second = try await begin("known", 149_999)
        // Together they are more than there is room for, so one of them is refused; which, is the network's choice.
        let both = [first, second]
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for (index, client) in both.enumerated() {
                group.addTask { (index, try await client.answer().status) }
            }
            let refused = try #require(try await group.next())
            #expect(refused.1 == 503)
            try await both[1 - refused.0].send([7])
            #expect(try await group.next()?.1 == 200)
        }
        let third = try await begin("known", 149_999)
        try await third.send([7])
        #expect(try await third.answer().body == "POST /known 150000", "the room was given back")
        between.finishSending()
        await server.stop(grace: .zero)
    }

    @Test(arguments: [false, true])
    func `a handler can have the connection reset`(answersOnLoop: Bool) async throws {
        try await withServer(answersOnLoop: answersOnLoop, handler: { _ in .reset }) { port, _ in
            let client = try await TestClient.connect(port)
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            await #expect(throws: TestClient.Failure.self) { try await client.rest() }
        }
    }

    @Test(arguments: [false, true])
    func `a peer that goes away has its handler cancelled`(answersOnLoop: Bool) async throws {
        let started = Latch()
        let cancelled = Latch()
        try await withServer(
            answersOnLoop: answersOnLoop,
            handler: { _ in
                started.open()
                await Latch().passedOrCancelled()
                if Task.isCancelled { cancelled.open() }
                return .response(HTTPResponse(status: 200))
            }
        ) { port, server in
            do {
                let client = try await TestClient.connect(port)
                try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                await started.passed()
            }
            await cancelled.passed()
            await server.connectionsClosed()
        }
    }

    @Test(arguments: [false, true])
    func `stopping lets a running handler finish, and closes what is idle`(answersOnLoop: Bool) async throws {
        let started = Latch()
        let release = Latch()
        let server = HTTPServer(listen: Self.loopback, limits: .patient, answersOnLoop: answersOnLoop) { request in
            guard request.path == ["slow"] else { return await Self.echo(request) }
            started.open()
            await release.passed()
            return .response(HTTPResponse(status: 200, body: Array("finished".utf8)))
        }
        let port = try server.start()
        let idle = try await TestClient.connect(port)
        try await idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try await idle.answer()
        let busy = try await TestClient.connect(port)
        try await busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        await started.passed()

        async let stopped: Void = server.stop(grace: .seconds(3_600))
        #expect(try await idle.rest() == "")
        // The idle one was closed, so the port is free by now.
        await #expect(throws: TestClient.Failure.self) { _ = try await TestClient.connect(port) }
        release.open()
        let text = try await busy.rest()
        #expect(text.contains("Connection: close\r\n") && text.hasSuffix("finished"))
        // Its side of the connection is still open, so the server lingers; it need not wait for that in vain.
        busy.finishSending()
        await stopped
    }

    @Test(arguments: [false, true])
    func `when the grace is over, handlers are cancelled and connections reset`(answersOnLoop: Bool) async throws {
        let started = Latch()
        let cancelled = Latch()
        let server = HTTPServer(listen: Self.loopback, limits: .patient, answersOnLoop: answersOnLoop) { _ in
            started.open()
            await Latch().passedOrCancelled()
            if Task.isCancelled { cancelled.open() }
            return .response(HTTPResponse(status: 200))
        }
        let client = try await TestClient.connect(try server.start())
        try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await started.passed()
        await server.stop(grace: .milliseconds(20))
        await cancelled.passed()
        await #expect(throws: TestClient.Failure.self) { try await client.rest() }
        // Stopping again finds nothing to do.
        await server.stop(grace: .seconds(30))
    }

    @Test func `an address in use is said to be`() async throws {
        try await withServer { port, server in
            let address = ListenAddress(host: "127.0.0.1", port: UInt16(port))
            let second = HTTPServer(listen: address, limits: .patient, handler: Self.echo)
            #expect(throws: HTTPServerError.addressInUse(address)) { try second.start() }
            #expect("\(HTTPServerError.addressInUse(address))" == "address already in use: 127.0.0.1:\(port)")
            #expect(throws: HTTPServerError.alreadyStarted) { try server.start() }
        }
    }

    @Test func `addresses that are not this machine's are refused`() {
        let elsewhere = ListenAddress(host: "192.0.2.1", port: 0)
        let server = HTTPServer(listen: elsewhere, handler: Self.echo)
        #expect(throws: HTTPServerError.addressNotHere(elsewhere)) { try server.start() }
    }

    @Test func `a host that cannot be found is named`() throws {
        // Too long for a name, so that nobody is asked for it.
        let address = ListenAddress(host: String(repeating: "x", count: 300), port: 0)
        let error = try #require(throws: HTTPServerError.self) {
            try HTTPServer(listen: address, limits: .patient, handler: Self.echo).start()
        }
        guard case .unknownHost(address, let reason) = error else { return #expect(Bool(false), "\(error)") }
        #expect(!reason.isEmpty)
    }

    @Test func `localhost and a port can be listened on again at once`() async throws {
        let first = HTTPServer(listen: ListenAddress(host: "localhost", port: 0), limits: .patient, handler: Self.echo)
        let port = try first.start()
        let client = try await TestClient.connect(port)
        try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await client.answer().status == 200)
        await first.stop(grace: .zero)
        let second = HTTPServer(
            listen: ListenAddress(host: "localhost", port: UInt16(port)), limits: .patient, handler: Self.echo)
        #expect(try second.start() == port)
        await second.stop(grace: .zero)
    }

    @Test func `a lack of descriptors delays connections, and does not spin`() async throws {
        let calls = Atomic(0)
        let server = HTTPServer(
            listen: Self.loopback, limits: .patient,
            accept: { socket in
                calls.wrappingAdd(1, ordering: .relaxed).newValue <= 2 ? .exhausted : socket.nextConnection()
            }, handler: Self.echo)
        let client = try await TestClient.connect(try server.start())
        try await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await client.answer().status == 200)
        // Two failures, the connection, and the look that finds no other.
        #expect(calls.load(ordering: .relaxed) == 4)
        await server.stop(grace: .zero)
    }

    @Test func `stopping while out of descriptors works`() async throws {
        let asked = Latch()
        let server = HTTPServer(
            listen: Self.loopback, limits: .patient,
            accept: { _ in
                asked.open()
                return .exhausted
            }, handler: Self.echo)
        let client = try await TestClient.connect(try server.start())
        await asked.passed()
        await server.stop(grace: .zero)
        await #expect(throws: TestClient.Failure.self) { _ = try await client.answer() }
    }

    @Test(arguments: [false, true])
    func `many connections are served at once`(answersOnLoop: Bool) async throws {
        try await withServer(answersOnLoop: answersOnLoop) { port, _ in
            try await withThrowingTaskGroup { group in
                for number in 0..<40 {
                    group.addTask {
                        let client = try await TestClient.connect(port)
                        for turn in 0..<5 {
                            try await client.send("GET /\(number)/\(turn) HTTP/1.1\r\nHost: h\r\n\r\n")
                            let answer = try await client.answer()
                            #expect(answer.body == "GET /\(number)/\(turn) 0")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
